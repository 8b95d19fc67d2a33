// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {DepositItem} from "../src/types/Asset.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";
import {Forwarder} from "./callers/Forwarder.sol";
import {PlainToken} from "./tokens/TestTokens.sol";

/// @notice Who may be the recipient of whose deposit: never a contract that names itself.
contract InboxCallersTest is GavelTest {
    Forwarder private wallet;
    PlainToken private usdc;

    function setUp() public override {
        super.setUp();
        wallet = new Forwarder(address(0), "");
        vm.deal(address(wallet), 100 ether);
        usdc = new PlainToken("USDC", 6);
        list(address(usdc));
        usdc.mint(address(wallet), 100e6);
        wallet.forward(
            address(usdc), abi.encodeCall(usdc.approve, (address(inbox), type(uint256).max)), 0
        );
    }

    function test_a_contract_is_no_recipient_of_its_own_deposit() public {
        bytes memory reason = refusal(address(wallet));
        address self = address(wallet);
        vm.expectRevert(reason);
        wallet.forward(address(inbox), abi.encodeCall(inbox.depositETH, (self, 0)), 1 ether);
        vm.expectRevert(reason);
        wallet.forward(address(inbox), abi.encodeCall(inbox.depositETH, (self, 7)), 1 ether);
        vm.expectRevert(reason);
        wallet.forward(
            address(inbox), abi.encodeCall(inbox.depositERC20, (address(usdc), 1e6, self, 0)), 0
        );
        DepositItem[] memory items = new DepositItem[](2);
        items[0] = DepositItem(1e6, ALICE, 0);
        items[1] = DepositItem(1e6, self, 0);
        vm.expectRevert(reason);
        wallet.forward(
            address(inbox), abi.encodeCall(inbox.depositBatch, (address(usdc), items)), 0
        );
        assertEq(inbox.messageCount(), 1);
        assertEq(self.balance, 100 ether);
    }

    function test_a_contract_that_is_being_made_is_a_contract() public {
        address self =
            address(uint160(uint256(keccak256(abi.encodePacked(hex"d694", ALICE, hex"80")))));
        bytes memory call = abi.encodeCall(inbox.depositETH, (self, 0));
        vm.expectRevert(refusal(self));
        vm.prank(ALICE, ALICE);
        new Forwarder{value: 1 ether}(address(inbox), call);
    }

    /// @notice Its alias is, and that account is the contract's by forced actions.
    function test_a_contract_deposits_for_its_alias() public {
        address named = aliasOf(address(wallet));
        list(address(0));
        expectMessage(1, 3, named, abi.encodePacked(uint32(2), uint64(1e8), named, uint32(0)));
        wallet.forward(address(inbox), abi.encodeCall(inbox.depositETH, (named, 0)), 1 ether);
        expectMessage(2, 4, named, abi.encodePacked(uint32(9), uint32(2), uint64(1e8), ALICE));
        wallet.forward(address(inbox), abi.encodeCall(inbox.forcedWithdraw, (9, 2, 1e8, ALICE)), 0);
    }

    function test_a_contract_deposits_for_others() public {
        wallet.forward(
            address(inbox), abi.encodeCall(inbox.depositERC20, (address(usdc), 1e6, ALICE, 0)), 0
        );
        assertEq(inbox.asset(1).bridgedUnits, 1e6);
    }

    /// @notice A delegating account has a key: it may name itself, whoever pays for the
    /// transaction. What it forces in another's transaction is aliased all the same.
    function test_a_delegating_account_has_a_key() public {
        delegate(ALICE);
        bytes memory call = abi.encodeCall(inbox.depositETH, (ALICE, 0));
        list(address(0));
        expectMessage(
            1, 3, aliasOf(ALICE), abi.encodePacked(uint32(2), uint64(1e8), ALICE, uint32(0))
        );
        vm.prank(BOB, BOB);
        Forwarder(payable(ALICE)).forward(address(inbox), call, 1 ether);
        expectMessage(1, 4, ALICE, abi.encodePacked(uint32(2), uint64(1e8), ALICE, uint32(0)));
        vm.prank(ALICE, ALICE);
        Forwarder(payable(ALICE)).forward(address(inbox), call, 1 ether);
        expectMessage(5, 5, aliasOf(ALICE), abi.encodePacked(uint32(9), uint64(1e8)));
        vm.prank(BOB, BOB);
        Forwarder(payable(ALICE))
            .forward(address(inbox), abi.encodeCall(inbox.forcedMarginWithdraw, (9, 1e8)), 0);
    }

    /// @notice Its length alone makes code no delegation.
    function test_what_looks_like_a_delegation_is_none() public {
        bytes[2] memory codes = [
            abi.encodePacked(hex"600160", address(wallet)),
            abi.encodePacked(hex"ee0100", address(wallet))
        ];
        for (uint256 i = 0; i < codes.length; ++i) {
            address caller = address(uint160(0xC0DE00 + i));
            vm.deal(caller, 1 ether);
            vm.etch(caller, codes[i]);
            vm.prank(caller, BOB);
            vm.expectRevert(refusal(caller));
            inbox.depositETH{value: 1 ether}(caller, 0);
        }
    }

    function delegate(address account) private {
        vm.etch(account, abi.encodePacked(hex"ef0100", address(wallet)));
    }

    function aliasOf(address account) private pure returns (address) {
        return address(uint160(account) + uint160(0x1111000000000000000000000000000000001111));
    }

    function refusal(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IInbox.RecipientHasNoKey.selector, caller, aliasOf(caller));
    }

    function expectMessage(uint8 kind, uint64 index, address sender, bytes memory body) private {
        bytes memory header = abi.encodePacked(
            kind, index, sender, uint64(block.number), uint64(block.timestamp * 1000)
        );
        vm.expectEmit(address(inbox));
        emit IInbox.MessageAdded(index, bytes.concat(header, body));
    }
}
