// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {Checkpoints} from "../src/libraries/Checkpoints.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";

contract CheckpointsTest is GavelTest {
    function test_one_checkpoint_a_block() public {
        message();
        message();
        mine(1);
        message();
        assertEq(inbox.checkpointCount(), 2);
        expectCheckpoint(1, START, 2);
        expectCheckpoint(2, START + 12, 3);
    }

    function test_no_checkpoint_without_messages() public {
        mine(5);
        assertEq(inbox.checkpointCount(), 0);
        (, uint64 count) = inbox.snapshot(0);
        assertEq(count, 0);
    }

    function test_unknown_checkpoints_have_no_value() public {
        message();
        vm.expectRevert(abi.encodeWithSelector(IInbox.CheckpointNotKept.selector, 0));
        inbox.checkpoint(0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.CheckpointNotKept.selector, 2));
        inbox.checkpoint(2);
    }

    function test_a_message_is_overdue_after_the_window() public {
        message();
        vm.warp(START + SEQUENCING_WINDOW);
        assertEq(inbox.overdueCheckpoint(), 0);
        expectOverdue(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IInbox.CheckpointNotOverdue.selector, 1));
        inbox.snapshot(1);
        vm.warp(START + SEQUENCING_WINDOW + 1);
        assertEq(inbox.overdueCheckpoint(), 1);
        expectOverdue(1, 1);
    }

    function test_the_snapshot_carries_the_root() public {
        message();
        (bytes32 root,) = inbox.snapshot(0);
        assertEq(root, inbox.inboxRoot());
    }

    function test_a_hint_may_be_a_little_old() public {
        for (uint256 i = 0; i < 70; ++i) {
            message();
            mine(1);
        }
        vm.warp(block.timestamp + SEQUENCING_WINDOW);
        expectOverdue(70, 70);
        expectOverdue(6, 70);
        vm.expectRevert(abi.encodeWithSelector(IInbox.CheckpointTooOld.selector, 5));
        inbox.snapshot(5);
        vm.expectRevert(abi.encodeWithSelector(IInbox.CheckpointTooOld.selector, 0));
        inbox.snapshot(0);
    }

    function test_a_hint_cannot_be_too_new() public {
        message();
        mine(1);
        message();
        vm.warp(START + SEQUENCING_WINDOW + 1);
        expectOverdue(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IInbox.CheckpointNotOverdue.selector, 2));
        inbox.snapshot(2);
        vm.expectRevert(abi.encodeWithSelector(IInbox.CheckpointNotKept.selector, 3));
        inbox.snapshot(3);
    }

    /// @notice Whatever hint L1 accepts, the count is the one that a look at all messages gives.
    function testFuzz_snapshot_equals_a_count_of_messages(uint256 seed, uint64 hint) public {
        uint256[60] memory times;
        uint256 messages = 1 + seed % 60;
        for (uint256 i = 0; i < messages; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed & 3 != 0) vm.warp(block.timestamp + (seed >> 8) % 4000);
            message();
            times[i] = block.timestamp;
        }
        vm.warp(block.timestamp + (seed >> 64) % 50_000);
        uint64 expected = 0;
        while (expected < messages && times[expected] + SEQUENCING_WINDOW < block.timestamp) {
            ++expected;
        }
        expectOverdue(inbox.overdueCheckpoint(), expected);
        hint = uint64(bound(hint, 0, inbox.checkpointCount() + 1));
        try inbox.snapshot(hint) returns (bytes32, uint64 count) {
            assertEq(count, expected);
        } catch {
            assertTrue(hint > inbox.overdueCheckpoint(), "an older hint was refused");
        }
    }

    function test_the_ring_forgets_only_what_nobody_wants() public {
        uint64 capacity = Checkpoints.CAPACITY;
        for (uint256 i = 0; i < capacity + 5; ++i) {
            message();
            mine(1);
        }
        assertEq(inbox.checkpointCount(), capacity + 5);
        vm.expectRevert(abi.encodeWithSelector(IInbox.CheckpointNotKept.selector, 5));
        inbox.checkpoint(5);
        expectCheckpoint(6, START + 60, 6);
        vm.expectRevert(abi.encodeWithSelector(IInbox.CheckpointNotKept.selector, 5));
        inbox.snapshot(5);
        vm.expectRevert(abi.encodeWithSelector(IInbox.CheckpointNotKept.selector, 0));
        inbox.snapshot(0);
        // A block every 12 seconds: 3600 of them are not overdue, nor is the one on the edge.
        uint64 overdue = inbox.overdueCheckpoint();
        assertEq(overdue, capacity + 5 - 3600);
        expectOverdue(overdue, overdue);
    }

    function test_a_ring_full_of_recent_blocks_keeps_its_oldest() public {
        uint64 capacity = Checkpoints.CAPACITY;
        for (uint256 i = 0; i < capacity; ++i) {
            message();
            vm.warp(block.timestamp + 2);
        }
        message();
        message();
        assertEq(inbox.checkpointCount(), capacity);
        expectCheckpoint(1, START, 1);
        expectCheckpoint(capacity, START + 2 * (capacity - 1), capacity + 2);
        // The oldest may go as soon as the one after it is overdue.
        vm.warp(START + 2 + SEQUENCING_WINDOW);
        message();
        assertEq(inbox.checkpointCount(), capacity);
        vm.warp(START + 2 + SEQUENCING_WINDOW + 1);
        message();
        assertEq(inbox.checkpointCount(), capacity + 1);
        expectOverdue(2, 2);
    }

    function message() private {
        inbox.forcedClose(1, 1);
    }

    function expectCheckpoint(uint64 number, uint64 time, uint64 count) private view {
        (uint64 timeMs, uint64 messages) = inbox.checkpoint(number);
        assertEq(timeMs, time * 1000);
        assertEq(messages, count);
    }

    function expectOverdue(uint64 hint, uint64 count) private view {
        (, uint64 overdue) = inbox.snapshot(hint);
        assertEq(overdue, count);
    }
}
