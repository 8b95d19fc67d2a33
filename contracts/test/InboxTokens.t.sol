// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {ReentrancyLock} from "../src/libraries/ReentrancyLock.sol";
import {Asset, DepositItem} from "../src/types/Asset.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {Vm, vm} from "./base/Vm.sol";
import {
    CallbackToken,
    FeeToken,
    NoDecimalsToken,
    NoReturnToken,
    PlainToken,
    RefusingToken
} from "./tokens/TestTokens.sol";

contract InboxTokensTest is GavelTest {
    PlainToken private usdc;

    function setUp() public override {
        super.setUp();
        usdc = plain("USDC", 6);
    }

    function test_a_token_gets_the_next_index() public {
        depositETH(ALICE, 1 ether);
        deposit(usdc, 25e6);
        assertEq(inbox.assetIndex(address(usdc)), 2);
        Asset memory a = inbox.asset(2);
        assertEq(a.token, address(usdc));
        assertEq(a.l1Decimals, 6);
        assertEq(a.decimals, 6);
        assertEq(a.bridgedUnits, 25e6);
        assertEq(usdc.balanceOf(address(portal)), 25e6);
    }

    /// @notice A full list refuses new tokens, keeps old ones going, and has a place for ether.
    function test_a_full_list_of_assets_refuses_new_tokens_but_not_ether() public {
        deposit(usdc, 25e6);
        setAssetCount(4095);
        PlainToken late = plain("LATE", 6);
        refuseListing(address(late), abi.encodeWithSelector(IInbox.AssetTableFull.selector));
        deposit(usdc, 25e6);
        depositETH(ALICE, 1 ether);
        assertEq(inbox.assetIndex(address(0)), 4096);
        refuseListing(address(late), abi.encodeWithSelector(IInbox.AssetTableFull.selector));
    }

    /// @dev The counters share a slot: count, checkpoints, time, assets, etherIndex from the low
    /// end.
    function setAssetCount(uint32 count) private {
        for (uint256 slot; slot < 32; ++slot) {
            uint256 value = uint256(vm.load(address(inbox), bytes32(slot)));
            bool found = uint64(value) == inbox.messageCount() && value != 0
                && uint32(value >> 192) == inbox.assetCount();
            if (!found) continue;
            value = value & ~(uint256(type(uint32).max) << 192) | uint256(count) << 192;
            vm.store(address(inbox), bytes32(slot), bytes32(value));
            return;
        }
        revert("no counters");
    }

    /// @notice The owner's deposit of a new token lists it.
    function test_registration_comes_before_the_deposit() public {
        usdc.mint(OWNER, 25e6);
        vm.prank(OWNER);
        usdc.approve(address(inbox), 25e6);
        vm.recordLogs();
        vm.prank(OWNER, OWNER);
        inbox.depositERC20(address(usdc), 25e6, BOB, 3);
        bytes[] memory messages = recorded();
        assertEq(messages.length, 2);
        assertEq(
            tail(messages[0]),
            abi.encodePacked(uint32(1), address(usdc), uint8(6), uint8(6), bytes16("USDC"))
        );
        assertEq(tail(messages[1]), abi.encodePacked(uint32(1), uint64(25e6), BOB, uint32(3)));
    }

    /// @notice min(l1_decimals, 8) decimals, and parts = units x 10^(difference), for any token.
    function testFuzz_units_and_decimals(uint8 l1Decimals, uint64 units) public {
        l1Decimals = uint8(bound(l1Decimals, 0, 60));
        units = uint64(bound(units, 1, (1 << 63) - 1));
        PlainToken token = plain("T", l1Decimals);
        uint256 unit = l1Decimals > 8 ? 10 ** uint256(l1Decimals - 8) : 1;
        deposit(token, units * unit);
        Asset memory a = inbox.asset(1);
        assertEq(a.decimals, l1Decimals < 8 ? l1Decimals : 8);
        assertEq(a.bridgedUnits, units);
        vm.prank(address(portal));
        (, uint256 parts) = inbox.release(1, units);
        assertEq(parts, units * unit);
    }

    function test_absurd_decimals_are_refused() public {
        address token = address(plain("T", 61));
        refuseListing(token, abi.encodeWithSelector(IInbox.InvalidToken.selector, token));
    }

    function test_a_token_without_decimals_is_refused() public {
        address token = address(new NoDecimalsToken());
        refuseListing(token, abi.encodeWithSelector(IInbox.InvalidToken.selector, token));
    }

    function test_what_is_no_contract_is_refused() public {
        refuse(address(0xDEAD), 1);
        refuse(address(0), 1);
        refuseListing(
            address(0xDEAD), abi.encodeWithSelector(IInbox.InvalidToken.selector, address(0xDEAD))
        );
    }

    function test_a_token_that_refuses_is_refused() public {
        RefusingToken token = new RefusingToken();
        fund(token, 1e6);
        token.setRefuses(true);
        refuse(address(token), 1e6);
    }

    function test_without_allowance_nothing_moves() public {
        usdc.mint(ALICE, 1e6);
        refuse(address(usdc), 1e6);
    }

    function test_a_fee_on_transfer_is_refused() public {
        FeeToken token = new FeeToken();
        fund(token, 1e18);
        vm.prank(ALICE, ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInbox.ReceivedOtherAmount.selector, address(token), 0.99e18, 1e18
            )
        );
        inbox.depositERC20(address(token), 1e18, BOB, 0);
    }

    function test_a_token_that_returns_nothing_is_fine() public {
        NoReturnToken token = new NoReturnToken();
        list(address(token));
        token.mint(ALICE, 5e6);
        vm.prank(ALICE, ALICE);
        inbox.depositERC20(address(token), 5e6, BOB, 0);
        assertEq(token.balanceOf(address(portal)), 5e6);
        assertEq(inbox.asset(1).bridgedUnits, 5e6);
    }

    function test_dust_of_a_token_is_refused() public {
        PlainToken token = plain("T", 18);
        list(address(token));
        fund(token, 1e18);
        vm.prank(ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotWholeUnits.selector, 1e10 + 1, 1e10));
        inbox.depositERC20(address(token), 1e10 + 1, BOB, 0);
    }

    function test_a_batch_of_token_deposits() public {
        DepositItem[] memory items = new DepositItem[](2);
        items[0] = DepositItem(5e6, BOB, 0);
        items[1] = DepositItem(7e6, CAROL, 2);
        list(address(usdc));
        fund(usdc, 12e6);
        vm.prank(ALICE, ALICE);
        inbox.depositBatch(address(usdc), items);
        assertEq(usdc.balanceOf(address(portal)), 12e6);
        assertEq(inbox.asset(1).bridgedUnits, 12e6);
        assertEq(inbox.messageCount(), 3);
    }

    function test_a_batch_of_tokens_takes_no_ether() public {
        DepositItem[] memory items = new DepositItem[](1);
        items[0] = DepositItem(5e6, BOB, 0);
        fund(usdc, 5e6);
        vm.prank(ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IInbox.WrongValue.selector, 5e6, 0));
        inbox.depositBatch{value: 5e6}(address(usdc), items);
    }

    function test_a_deposit_inside_a_deposit_is_refused() public {
        CallbackToken token = new CallbackToken();
        list(address(token));
        fund(token, 2e18);
        token.setCallback(
            address(inbox), abi.encodeCall(inbox.depositERC20, (address(token), 1e18, BOB, 0))
        );
        vm.prank(ALICE, ALICE);
        inbox.depositERC20(address(token), 1e18, BOB, 0);
        assertTrue(!token.succeeded(), "entered");
        assertEq(token.result(), abi.encodeWithSelector(ReentrancyLock.Reentered.selector));
        assertEq(inbox.messageCount(), 2);
    }

    function test_ether_and_batches_share_the_lock() public {
        CallbackToken token = new CallbackToken();
        list(address(token));
        vm.deal(address(token), 1 ether);
        DepositItem[] memory items = new DepositItem[](1);
        items[0] = DepositItem(1e18, BOB, 0);
        bytes[2] memory calls = [
            abi.encodeCall(inbox.depositETH, (BOB, 0)),
            abi.encodeCall(inbox.depositBatch, (address(token), items))
        ];
        for (uint256 i = 0; i < 2; ++i) {
            fund(token, 1e18);
            token.setCallback(address(inbox), calls[i]);
            vm.prank(ALICE, ALICE);
            inbox.depositBatch(address(token), items);
            assertEq(token.result(), abi.encodeWithSelector(ReentrancyLock.Reentered.selector));
        }
    }

    function test_the_lock_opens_again() public {
        deposit(usdc, 1e6);
        deposit(usdc, 1e6);
        assertEq(inbox.asset(1).bridgedUnits, 2e6);
    }

    /// @notice A message from the middle of a deposit is its own message, before the deposit.
    function test_a_forced_action_inside_a_deposit_is_kept() public {
        CallbackToken token = new CallbackToken();
        fund(token, 1e18);
        token.setCallback(address(inbox), abi.encodeCall(inbox.forcedClose, (3, 4)));
        vm.recordLogs();
        list(address(token));
        vm.prank(ALICE, ALICE);
        inbox.depositERC20(address(token), 1e18, BOB, 0);
        bytes[] memory messages = recorded();
        assertEq(messages.length, 3);
        assertEq(uint8(messages[0][0]), 128);
        assertEq(uint8(messages[1][0]), 4);
        assertEq(uint8(messages[2][0]), 1);
        assertEq(inbox.messageCount(), 3);
    }

    function test_symbols_are_cut_to_printable_ascii() public {
        assertEq(symbolOf(address(plain("", 6))), bytes32(0));
        assertEq(symbolOf(address(plain("SIXTEENCHARACTER", 6))), bytes32("SIXTEENCHARACTER"));
        assertEq(symbolOf(address(plain("SEVENTEENCHARACTE", 6))), bytes32("SEVENTEENCHARACT"));
        assertEq(symbolOf(address(plain(unicode"AB\u20ac", 6))), bytes32("AB"));
        assertEq(symbolOf(address(plain("A B", 6))), bytes32("A"));
        assertEq(symbolOf(address(new NoReturnToken())), bytes32("OLD"));
    }

    function symbolOf(address token) private returns (bytes32) {
        vm.recordLogs();
        list(token);
        bytes memory body = tail(recorded()[0]);
        bytes16 symbol;
        assembly ("memory-safe") {
            symbol := mload(add(body, 58))
        }
        return bytes32(symbol);
    }

    function plain(string memory symbol, uint8 decimals) private returns (PlainToken) {
        return new PlainToken(symbol, decimals);
    }

    function fund(PlainToken token, uint256 amount) private {
        token.mint(ALICE, amount);
        uint256 total = token.balanceOf(ALICE);
        vm.prank(ALICE);
        token.approve(address(inbox), total);
    }

    function deposit(PlainToken token, uint256 amount) private {
        if (inbox.assetIndex(address(token)) == 0) list(address(token));
        fund(token, amount);
        vm.prank(ALICE, ALICE);
        inbox.depositERC20(address(token), amount, BOB, 3);
    }

    function refuse(address token, uint256 amount) private {
        if (token.code.length > 0 && PlainToken(token).balanceOf(ALICE) == 0) {
            fund(PlainToken(token), amount);
        }
        vm.prank(ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IInbox.InvalidToken.selector, token));
        inbox.depositERC20(token, amount, BOB, 0);
    }

    function refuseListing(address token, bytes memory reason) private {
        vm.prank(OWNER);
        vm.expectRevert(reason);
        systemConfig.listAsset(token);
        assertEq(inbox.assetIndex(token), 0);
    }

    /// @dev Messages of the inbox among the recorded logs.
    function recorded() private returns (bytes[] memory messages) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 count = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(inbox)) ++count;
        }
        messages = new bytes[](count);
        for (uint256 i = logs.length; i > 0; --i) {
            if (logs[i - 1].emitter != address(inbox)) continue;
            messages[--count] = abi.decode(logs[i - 1].data, (bytes));
        }
    }

    /// @dev The body of a message.
    function tail(bytes memory message) private pure returns (bytes memory body) {
        body = new bytes(message.length - 45);
        for (uint256 i = 0; i < body.length; ++i) {
            body[i] = message[45 + i];
        }
    }
}
