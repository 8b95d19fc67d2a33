// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {ISystemConfig} from "../src/interfaces/ISystemConfig.sol";
import {DepositItem} from "../src/types/Asset.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";
import {Forwarder} from "./callers/Forwarder.sol";
import {CallbackToken, PlainToken} from "./tokens/TestTokens.sol";

/// @notice The places for assets are the owner's to give.
contract InboxListingTest is GavelTest {
    PlainToken private usdc;

    function setUp() public override {
        super.setUp();
        usdc = new PlainToken("USDC", 6);
    }

    function test_the_owner_lists() public {
        bytes memory body =
            abi.encodePacked(uint32(1), address(usdc), uint8(6), uint8(6), bytes16("USDC"));
        vm.expectEmit(address(inbox));
        emit IInbox.MessageAdded(
            1,
            abi.encodePacked(
                uint8(128),
                uint64(1),
                address(inbox),
                uint64(block.number),
                uint64(block.timestamp * 1000),
                body
            )
        );
        list(address(usdc));
        assertEq(inbox.assetIndex(address(usdc)), 1);
        assertEq(inbox.assetCount(), 1);
        assertEq(inbox.asset(1).token, address(usdc));
        (, uint64 count) = inbox.checkpoint(1);
        assertEq(count, 1);
        depositAs(ALICE, usdc);
        assertEq(inbox.messageCount(), 2);
    }

    function test_nobody_else_lists() public {
        address[4] memory others = [ALICE, POSTER, GUARDIAN, address(portal)];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i], others[i]);
            vm.expectRevert(abi.encodeWithSelector(ISystemConfig.NotOwner.selector, others[i]));
            systemConfig.listAsset(address(usdc));
            refuseDirect(others[i]);
        }
        refuseDirect(OWNER);
    }

    /// @notice However many tokens a stranger makes, no place is taken.
    function test_strangers_fill_no_places() public {
        depositETH(ALICE, 1 ether);
        uint64 before = inbox.messageCount();
        for (uint256 i = 0; i < 20; ++i) {
            PlainToken token = new PlainToken("SPAM", 6);
            refuseDeposit(ALICE, ALICE, token);
        }
        assertEq(inbox.assetCount(), 1);
        assertEq(inbox.messageCount(), before);
    }

    function test_a_batch_lists_nothing_either() public {
        DepositItem[] memory items = new DepositItem[](1);
        items[0] = DepositItem(1e6, ALICE, 0);
        fund(ALICE, usdc);
        vm.prank(ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotListed.selector, address(usdc)));
        inbox.depositBatch(address(usdc), items);
        fund(OWNER, usdc);
        vm.prank(OWNER, OWNER);
        inbox.depositBatch(address(usdc), items);
        assertEq(inbox.assetIndex(address(usdc)), 1);
    }

    function test_the_owners_deposit_lists() public {
        depositAs(OWNER, usdc);
        assertEq(inbox.assetIndex(address(usdc)), 1);
        depositAs(ALICE, usdc);
        assertEq(inbox.messageCount(), 3);
    }

    /// @notice The owner is who calls, not who sent the transaction.
    function test_a_contract_in_the_owners_transaction_lists_nothing() public {
        refuseDeposit(ALICE, OWNER, usdc);
        Forwarder trap = new Forwarder(address(0), "");
        bytes memory call = abi.encodeCall(inbox.listAsset, (address(usdc)));
        vm.prank(OWNER, OWNER);
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotSystemConfig.selector, address(trap)));
        trap.forward(address(inbox), call, 0);
    }

    function test_only_the_owner_of_now() public {
        vm.prank(OWNER);
        systemConfig.transferOwnership(ALICE);
        refuseDeposit(ALICE, ALICE, usdc);
        vm.prank(ALICE);
        systemConfig.acceptOwnership();
        refuseDeposit(OWNER, OWNER, usdc);
        depositAs(ALICE, usdc);
        assertEq(inbox.assetIndex(address(usdc)), 1);
    }

    function test_a_token_is_listed_once() public {
        list(address(usdc));
        vm.startPrank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IInbox.AlreadyListed.selector, address(usdc)));
        systemConfig.listAsset(address(usdc));
        systemConfig.listAsset(address(0));
        vm.expectRevert(abi.encodeWithSelector(IInbox.AlreadyListed.selector, address(0)));
        systemConfig.listAsset(address(0));
        vm.stopPrank();
        assertEq(inbox.assetCount(), 2);
    }

    function test_ether_needs_no_listing_but_may_have_one() public {
        list(address(usdc));
        list(address(0));
        assertEq(inbox.assetIndex(address(0)), 2);
        depositETH(ALICE, 1 ether);
        assertEq(inbox.assetCount(), 2);
        assertEq(inbox.asset(2).bridgedUnits, 1e8);
    }

    /// @notice A token whose owner-made deposit is interrupted by its own listing is listed once.
    function test_a_listing_inside_a_deposit() public {
        CallbackToken token = new CallbackToken();
        vm.prank(OWNER);
        systemConfig.transferOwnership(address(token));
        token.setCallback(address(systemConfig), abi.encodeCall(systemConfig.acceptOwnership, ()));
        vm.prank(address(token));
        token.transfer(ALICE, 0);
        assertEq(systemConfig.owner(), address(token));
        token.setCallback(
            address(systemConfig), abi.encodeCall(systemConfig.listAsset, (address(token)))
        );
        depositAs(ALICE, token);
        assertTrue(token.succeeded(), "not listed");
        assertEq(inbox.assetIndex(address(token)), 1);
        assertEq(inbox.assetCount(), 1);
        assertEq(inbox.messageCount(), 2);
    }

    function fund(address from, PlainToken token) private {
        token.mint(from, 1e6);
        vm.prank(from);
        token.approve(address(inbox), 1e6);
    }

    function depositAs(address from, PlainToken token) private {
        uint256 unit = token.decimals() == 18 ? 1e18 : 1e6;
        token.mint(from, unit);
        vm.prank(from);
        token.approve(address(inbox), unit);
        vm.prank(from, from);
        inbox.depositERC20(address(token), unit, from, 0);
    }

    function refuseDeposit(address from, address origin, PlainToken token) private {
        fund(from, token);
        vm.prank(from, origin);
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotListed.selector, address(token)));
        inbox.depositERC20(address(token), 1e6, BOB, 0);
    }

    function refuseDirect(address caller) private {
        vm.prank(caller, caller);
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotSystemConfig.selector, caller));
        inbox.listAsset(address(usdc));
    }
}
