// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {DepositItem} from "../src/types/Asset.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {NaiveTree} from "./base/NaiveTree.sol";
import {Vm, vm} from "./base/Vm.sol";

contract InboxTest is GavelTest {
    bytes32[] private hashes;

    function test_first_deposit_registers_ether() public {
        bytes memory body =
            abi.encodePacked(uint32(1), address(0), uint8(18), uint8(8), bytes16("ETH"));
        assertEq(body.length, 42);
        expectMessage(128, 1, address(inbox), body);
        expectMessage(
            1, 2, ALICE, abi.encodePacked(uint32(1), uint64(150_000_000), BOB, uint32(7))
        );
        vm.prank(ALICE, ALICE);
        inbox.depositETH{value: 1.5 ether}(BOB, 7);
        assertEq(inbox.messageCount(), 2);
        assertEq(inbox.assetIndex(address(0)), 1);
        assertEq(inbox.assetCount(), 1);
        assertEq(inbox.asset(1).bridgedUnits, 150_000_000);
        assertEq(address(portal).balance, 1.5 ether);
        assertEq(address(inbox).balance, 0);
    }

    function test_later_deposits_do_not() public {
        depositETH(ALICE, 1 ether);
        expectMessage(1, 3, BOB, abi.encodePacked(uint32(1), uint64(200_000_000), BOB, uint32(0)));
        depositETH(BOB, 2 ether);
        assertEq(inbox.asset(1).bridgedUnits, 300_000_000);
    }

    function test_contracts_are_aliased() public {
        address caller = address(this);
        address named =
            address(uint160(caller) + uint160(0x1111000000000000000000000000000000001111));
        expectMessage(3, 1, named, hex"0000000500000000");
        inbox.forcedCancelAll(5, 0);
    }

    function test_every_forced_action_is_aliased() public {
        address caller = address(this);
        address named =
            address(uint160(caller) + uint160(0x1111000000000000000000000000000000001111));
        expectMessage(2, 1, named, abi.encodePacked(uint32(5), uint32(2), uint64(7), CAROL));
        inbox.forcedWithdraw(5, 2, 7, CAROL);
        expectMessage(4, 2, named, abi.encodePacked(uint32(5), uint32(9)));
        inbox.forcedClose(5, 9);
        expectMessage(5, 3, named, abi.encodePacked(uint32(5), uint64(7)));
        inbox.forcedMarginWithdraw(5, 7);
    }

    function test_the_alias_wraps_around() public {
        address caller = address(type(uint160).max);
        expectMessage(
            3,
            1,
            address(uint160(0x1111000000000000000000000000000000001110)),
            hex"0000000500000000"
        );
        vm.prank(caller);
        inbox.forcedCancelAll(5, 0);
    }

    function test_forced_actions_are_messages() public {
        expectMessage(
            2, 1, ALICE, abi.encodePacked(uint32(5), uint32(2), uint64(type(uint64).max), CAROL)
        );
        vm.prank(ALICE, ALICE);
        inbox.forcedWithdraw(5, 2, type(uint64).max, CAROL);
        expectMessage(3, 2, ALICE, abi.encodePacked(uint32(5), uint32(9)));
        vm.prank(ALICE, ALICE);
        inbox.forcedCancelAll(5, 9);
        expectMessage(4, 3, ALICE, abi.encodePacked(uint32(5), uint32(9)));
        vm.prank(ALICE, ALICE);
        inbox.forcedClose(5, 9);
        expectMessage(5, 4, ALICE, abi.encodePacked(uint32(5), uint64(type(uint64).max)));
        vm.prank(ALICE, ALICE);
        inbox.forcedMarginWithdraw(5, type(uint64).max);
    }

    function test_only_system_config_adds_admin_messages() public {
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotSystemConfig.selector, OWNER));
        inbox.addAdminMessage(129, "");
    }

    function test_only_the_portal_releases() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.NotPortal.selector, address(this)));
        inbox.release(1, 1);
    }

    function test_release_is_bounded_by_what_was_bridged() public {
        depositETH(ALICE, 1 ether);
        vm.startPrank(address(portal));
        (address token, uint256 parts) = inbox.release(1, 60_000_000);
        assertEq(token, address(0));
        assertEq(parts, 0.6 ether);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInbox.WithdrawnMoreThanBridged.selector, 1, 40_000_001, 40_000_000
            )
        );
        inbox.release(1, 40_000_001);
        inbox.release(1, 40_000_000);
    }

    function test_release_knows_the_asset() public {
        depositETH(ALICE, 1 ether);
        vm.startPrank(address(portal));
        vm.expectRevert(abi.encodeWithSelector(IInbox.UnknownAsset.selector, 0));
        inbox.release(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.UnknownAsset.selector, 2));
        inbox.release(2, 0);
    }

    function test_dust_and_nothing_are_refused() public {
        uint256[3] memory amounts = [uint256(0), 1, 1 ether + 1];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(ALICE, ALICE);
            vm.expectRevert(
                abi.encodeWithSelector(IInbox.NotWholeUnits.selector, amounts[i], 1e10)
            );
            inbox.depositETH{value: amounts[i]}(ALICE, 0);
        }
        assertEq(inbox.messageCount(), 0);
        assertEq(inbox.assetCount(), 0);
    }

    function test_nobody_is_no_recipient() public {
        vm.prank(ALICE, ALICE);
        vm.expectRevert(IInbox.ZeroRecipient.selector);
        inbox.depositETH{value: 1 ether}(address(0), 0);
    }

    function test_the_bridged_total_is_bounded() public {
        uint256 most = uint256(type(uint64).max >> 1) * 1e10;
        vm.deal(ALICE, most + 1e10);
        depositETH(ALICE, most);
        assertEq(inbox.asset(1).bridgedUnits, (1 << 63) - 1);
        vm.prank(ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IInbox.BridgedTotalExceeded.selector, 1));
        inbox.depositETH{value: 1e10}(ALICE, 0);
    }

    function test_one_deposit_beyond_any_total_is_refused() public {
        uint256 amount = (uint256(type(uint64).max) + 2) * 1e10;
        vm.deal(ALICE, amount);
        vm.prank(ALICE, ALICE);
        vm.expectRevert(abi.encodeWithSelector(IInbox.BridgedTotalExceeded.selector, 1));
        inbox.depositETH{value: amount}(ALICE, 0);
    }

    function test_a_batch_of_deposits_is_its_messages() public {
        DepositItem[] memory items = new DepositItem[](3);
        items[0] = DepositItem(1 ether, BOB, 0);
        items[1] = DepositItem(2 ether, CAROL, 4);
        items[2] = DepositItem(3 ether, BOB, 0);
        expectMessage(
            128,
            1,
            address(inbox),
            abi.encodePacked(uint32(1), address(0), uint8(18), uint8(8), bytes16("ETH"))
        );
        expectMessage(1, 2, ALICE, abi.encodePacked(uint32(1), uint64(1e8), BOB, uint32(0)));
        expectMessage(1, 3, ALICE, abi.encodePacked(uint32(1), uint64(2e8), CAROL, uint32(4)));
        expectMessage(1, 4, ALICE, abi.encodePacked(uint32(1), uint64(3e8), BOB, uint32(0)));
        vm.prank(ALICE, ALICE);
        inbox.depositBatch{value: 6 ether}(address(0), items);
        assertEq(address(portal).balance, 6 ether);
        assertEq(inbox.checkpointCount(), 1);
    }

    function test_a_batch_has_its_value() public {
        DepositItem[] memory items = new DepositItem[](2);
        items[0] = DepositItem(1 ether, BOB, 0);
        items[1] = DepositItem(1 ether, BOB, 0);
        for (uint256 sent = 1 ether; sent <= 3 ether; sent += 2 ether) {
            vm.prank(ALICE, ALICE);
            vm.expectRevert(abi.encodeWithSelector(IInbox.WrongValue.selector, sent, 2 ether));
            inbox.depositBatch{value: sent}(address(0), items);
        }
    }

    function test_a_batch_has_1_to_200_items() public {
        DepositItem[] memory items = new DepositItem[](201);
        vm.startPrank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IInbox.BatchSizeOutOfRange.selector, 0));
        inbox.depositBatch(address(0), new DepositItem[](0));
        vm.expectRevert(abi.encodeWithSelector(IInbox.BatchSizeOutOfRange.selector, 201));
        inbox.depositBatch(address(0), items);
        items = new DepositItem[](200);
        for (uint256 i = 0; i < 200; ++i) {
            items[i] = DepositItem(1 ether, BOB, 0);
        }
        inbox.depositBatch{value: 200 ether}(address(0), items);
        assertEq(inbox.messageCount(), 201);
    }

    function test_the_inbox_is_full_one_before_its_tree_is() public {
        // The counters are the slot after the mappings of assets; bits 0..63 are the count.
        bytes32 slot = countersSlot();
        vm.store(address(inbox), slot, bytes32(uint256(type(uint32).max) - 1));
        inbox.forcedClose(1, 1);
        assertEq(inbox.messageCount(), type(uint32).max);
        vm.expectRevert(IInbox.InboxFull.selector);
        inbox.forcedClose(1, 1);
    }

    function test_an_empty_inbox_has_the_empty_root() public view {
        bytes32 root = NaiveTree.root(new bytes32[](0), 32);
        assertEq(inbox.treeRoot(), root);
        assertEq(inbox.inboxRoot(), keccak256(abi.encodePacked(uint256(0), root)));
    }

    /// @notice The tree equals one hashed from the whole list, after every kind of call.
    function testFuzz_tree_equals_the_naive_one(uint256 seed) public {
        uint256 calls = 1 + seed % 40;
        vm.recordLogs();
        for (uint256 i = 0; i < calls; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed & 1 == 0) mine(1 + (seed >> 8) % 3);
            if (seed & 6 == 0) depositSome((seed >> 16) % 20 + 1);
            else inbox.forcedWithdraw(uint32(seed >> 32), 1, uint64(seed >> 64), BOB);
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            assertEq(logs[i].topics[1], bytes32(i + 1));
            hashes.push(keccak256(abi.decode(logs[i].data, (bytes))));
        }
        bytes32 root = NaiveTree.root(hashes, 32);
        assertEq(inbox.messageCount(), hashes.length);
        assertEq(inbox.treeRoot(), root);
        assertEq(inbox.inboxRoot(), keccak256(abi.encodePacked(hashes.length, root)));
        (, uint64 count) = inbox.checkpoint(inbox.checkpointCount());
        assertEq(count, hashes.length);
    }

    function depositSome(uint256 count) private {
        DepositItem[] memory items = new DepositItem[](count);
        for (uint256 i = 0; i < count; ++i) {
            items[i] = DepositItem((i + 1) * 1e10, CAROL, uint32(i));
        }
        vm.prank(ALICE, ALICE);
        inbox.depositBatch{value: count * (count + 1) / 2 * 1e10}(address(0), items);
    }

    /// @dev Found by its content, so that a change of the layout cannot hide in the test.
    function countersSlot() private returns (bytes32) {
        inbox.forcedClose(1, 1);
        for (uint256 slot = 0; slot < 8; ++slot) {
            bytes32 value = vm.load(address(inbox), bytes32(slot));
            if (uint64(uint256(value)) == 1 && uint64(uint256(value) >> 64) == 1) {
                return bytes32(slot);
            }
        }
        revert NotTrue("no slot with one message and one checkpoint");
    }

    function expectMessage(uint8 kind, uint64 index, address sender, bytes memory body) private {
        bytes memory header = abi.encodePacked(
            kind, index, sender, uint64(block.number), uint64(block.timestamp * 1000)
        );
        assertEq(header.length, 45);
        vm.expectEmit(address(inbox));
        emit IInbox.MessageAdded(index, bytes.concat(header, body));
    }
}
