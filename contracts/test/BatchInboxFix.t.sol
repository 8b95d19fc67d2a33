// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchInbox} from "../src/interfaces/IBatchInbox.sol";
import {IInbox} from "../src/interfaces/IInbox.sol";
import {DepositItem} from "../src/types/Asset.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {NaiveTree} from "./base/NaiveTree.sol";
import {vm} from "./base/Vm.sol";

contract BatchInboxFixTest is GavelTest {
    bytes32 private configHash;

    function setUp() public override {
        super.setUp();
        configHash = systemConfig.configHash(1);
    }

    function test_seven_words_are_fixed() public {
        depositETH(ALICE, 1 ether);
        vm.warp(START + SEQUENCING_WINDOW + 1);
        depositETH(ALICE, 1 ether);
        postPages(somePages(3, 100, 1));
        vm.roll(2000);
        vm.setBlockhash(1999, keccak256("parent"));

        bytes32[7] memory words;
        words[0] = keccak256(abi.encodePacked(uint256(0), NaiveTree.root(posted, 18), uint256(3)));
        words[1] = bytes32(uint256(3));
        words[2] = keccak256(abi.encodePacked(uint256(3), inbox.treeRoot()));
        words[3] = bytes32(uint256(2));
        words[4] = bytes32(uint256(START + SEQUENCING_WINDOW + 1) * 1000);
        words[5] = keccak256("parent");
        words[6] = configHash;
        bytes32 hash = keccak256(abi.encodePacked(words));
        vm.expectEmit(address(batchInbox));
        emit IBatchInbox.Fixed(1, words, hash);
        fixAs(POSTER, TERM, 1);
        assertEq(batchInbox.postedHash(1), hash);
        assertEq(batchInbox.postedHash(2), 0);
        assertEq(batchInbox.nextBatch(), 2);
        assertEq(batchInbox.inboxMust(), 2);
        assertEq(batchInbox.lastFixedTime(), START + SEQUENCING_WINDOW + 1);
    }

    function test_a_batch_may_be_empty() public {
        bytes32[7] memory words = fix();
        bytes32 root = NaiveTree.root(new bytes32[](0), 18);
        assertEq(words[0], keccak256(abi.encodePacked(uint256(0), root, uint256(0))));
        assertEq(batchInbox.postedHash(1), keccak256(abi.encode(words)));
    }

    function test_only_under_the_current_term() public {
        vm.prank(POSTER, POSTER);
        systemConfig.advanceTerm(2);
        refuseFix(POSTER, 1, 0, abi.encodeWithSelector(IBatchInbox.StaleTerm.selector, 1, 2));
        fixAs(POSTER, 2, 0);
    }

    function test_only_the_next_batch() public {
        for (uint64 batch = 0; batch < 3; batch += 2) {
            vm.prank(POSTER, POSTER);
            vm.expectRevert(abi.encodeWithSelector(IBatchInbox.WrongBatch.selector, batch, 1));
            batchInbox.fix(batch, 0, TERM, configHash, 0);
        }
    }

    function test_only_after_the_last_post() public {
        post(somePages(1, 10, 1));
        bytes32 last = batchInbox.postHash();
        vm.prank(POSTER, POSTER);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchInbox.WrongPrevPostHash.selector, bytes32(0), last)
        );
        batchInbox.fix(1, 0, TERM, configHash, 0);
    }

    function test_only_with_the_configuration_of_the_batch() public {
        (, bytes32[32] memory next) = systemConfig.configuration(0);
        next[8] = bytes32(uint256(5));
        vm.prank(OWNER);
        systemConfig.announceConfiguration(2, next);
        fix();
        bytes32 expected = keccak256(abi.encode(next));
        vm.prank(POSTER, POSTER);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchInbox.WrongConfigHash.selector, configHash, expected)
        );
        batchInbox.fix(2, 0, TERM, configHash, 0);
        vm.prank(POSTER, POSTER);
        batchInbox.fix(2, 0, TERM, expected, 0);
    }

    function test_only_with_the_newest_overdue_checkpoint() public {
        message();
        refuseFix(POSTER, TERM, 1, abi.encodeWithSelector(IInbox.CheckpointNotOverdue.selector, 1));
        vm.warp(START + SEQUENCING_WINDOW + 1);
        fixAs(POSTER, TERM, 1);
        assertEq(batchInbox.inboxMust(), 1);
    }

    function test_must_grows_by_at_most_2_to_the_14() public {
        DepositItem[] memory items = new DepositItem[](200);
        for (uint256 i = 0; i < 200; ++i) {
            items[i] = DepositItem(1e10, BOB, 0);
        }
        for (uint256 i = 0; i < 83; ++i) {
            vm.prank(ALICE);
            inbox.depositBatch{value: 200e10}(address(0), items);
        }
        assertEq(inbox.messageCount(), 16_601);
        vm.warp(START + SEQUENCING_WINDOW + 1);
        fix();
        assertEq(batchInbox.inboxMust(), 16_384);
        fix();
        assertEq(batchInbox.inboxMust(), 16_601);
        fix();
        assertEq(batchInbox.inboxMust(), 16_601);
    }

    function test_external_data_is_committed_with_its_mode() public {
        bytes32 root = keccak256("root");
        bytes32[7] memory words;
        words[0] = keccak256(abi.encodePacked(uint256(4), root, uint256(77)));
        words[1] = bytes32(uint256(77));
        words[2] = inbox.inboxRoot();
        words[4] = bytes32(uint256(START) * 1000);
        words[5] = blockhash(block.number - 1);
        words[6] = configHash;
        vm.expectEmit(address(batchInbox));
        emit IBatchInbox.Fixed(1, words, keccak256(abi.encode(words)));
        fixExternal(4, root, 77);
        assertEq(batchInbox.postedHash(1), keccak256(abi.encode(words)));
    }

    function test_external_modes_are_those_allowed() public {
        uint8[5] memory refused = [0, 1, 2, 3, 255];
        for (uint256 i = 0; i < 5; ++i) {
            refuseExternal(
                refused[i],
                0,
                1,
                abi.encodeWithSelector(IBatchInbox.ModeNotAllowed.selector, refused[i])
            );
        }
    }

    function test_external_data_has_at_most_2_to_the_18_pages() public {
        refuseExternal(
            4,
            0,
            (1 << 18) + 1,
            abi.encodeWithSelector(IBatchInbox.TooManyPages.selector, (1 << 18) + 1)
        );
        fixExternal(4, 0, 1 << 18);
    }

    function test_external_data_does_not_mix_with_posts() public {
        post(somePages(2, 10, 1));
        refuseExternal(4, 0, 1, abi.encodeWithSelector(IBatchInbox.PagesAlreadyPosted.selector, 2));
    }

    function test_external_data_needs_the_poster_the_term_and_the_place() public {
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.NotPoster.selector, address(this)));
        batchInbox.fixExternal(1, 0, TERM, configHash, 0, 4, 0, 1);
        vm.startPrank(POSTER);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.StaleTerm.selector, 2, 1));
        batchInbox.fixExternal(1, 0, 2, configHash, 0, 4, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.WrongBatch.selector, 2, 1));
        batchInbox.fixExternal(2, 0, TERM, configHash, 0, 4, 0, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchInbox.WrongPrevPostHash.selector, bytes32("x"), bytes32(0)
            )
        );
        batchInbox.fixExternal(1, "x", TERM, configHash, 0, 4, 0, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchInbox.WrongConfigHash.selector, bytes32("x"), configHash)
        );
        batchInbox.fixExternal(1, 0, TERM, "x", 0, 4, 0, 1);
    }

    function test_a_stranger_fixes_when_the_sequencer_is_late() public {
        message();
        vm.warp(START + SEQUENCING_WINDOW + 1);
        fixAs(ALICE, 0, 1);
        assertEq(batchInbox.inboxMust(), 1);
        assertEq(batchInbox.nextBatch(), 2);
    }

    function test_pages_of_a_late_sequencer_do_not_count() public {
        message();
        post(somePages(3, 10, 1));
        vm.warp(START + SEQUENCING_WINDOW + 1);
        bytes32[7] memory words;
        words[0] = keccak256(
            abi.encodePacked(uint256(0), NaiveTree.root(new bytes32[](0), 18), uint256(0))
        );
        words[2] = inbox.inboxRoot();
        words[3] = bytes32(uint256(1));
        words[4] = bytes32(block.timestamp * 1000);
        words[5] = blockhash(block.number - 1);
        words[6] = configHash;
        vm.expectEmit(address(batchInbox));
        emit IBatchInbox.Fixed(1, words, keccak256(abi.encode(words)));
        fixAs(ALICE, 0, 1);
        assertEq(batchInbox.pageCount(), 0);
    }

    /// @notice Posting page after page without ever fixing a batch keeps nobody's message out.
    function test_posts_alone_do_not_make_a_sequencer_timely() public {
        message();
        vm.warp(START + SEQUENCING_WINDOW + 1);
        post(somePages(1, 10, 1));
        fixAs(ALICE, 0, 1);
        assertEq(batchInbox.inboxMust(), 1);
    }

    function test_a_stranger_waits_for_a_whole_window() public {
        message();
        vm.warp(START + 100);
        fix();
        vm.warp(START + 100 + SEQUENCING_WINDOW);
        refuseFix(
            ALICE, 0, 1, abi.encodeWithSelector(IBatchInbox.SequencerNotLate.selector, START + 100)
        );
        vm.warp(START + 100 + SEQUENCING_WINDOW + 1);
        fixAs(ALICE, 0, 1);
    }

    function test_a_stranger_needs_an_overdue_message() public {
        message();
        vm.warp(START + SEQUENCING_WINDOW + 1);
        fix();
        vm.warp(START + 3 * SEQUENCING_WINDOW);
        refuseFix(ALICE, 0, 1, abi.encodeWithSelector(IBatchInbox.NoOverdueMessage.selector));
        message();
        refuseFix(ALICE, 0, 1, abi.encodeWithSelector(IBatchInbox.NoOverdueMessage.selector));
        vm.warp(START + 5 * SEQUENCING_WINDOW);
        fixAs(ALICE, 0, 2);
        assertEq(batchInbox.inboxMust(), 2);
    }

    function test_strangers_need_no_data_mode() public {
        vm.prank(OWNER);
        systemConfig.setDataModes(1 << 4);
        message();
        vm.warp(START + SEQUENCING_WINDOW + 1);
        fixAs(ALICE, 0, 1);
    }

    function fixAs(address sender, uint64 term, uint64 mustCheckpoint) private {
        uint64 batch = batchInbox.nextBatch();
        bytes32 prev = batchInbox.postHash();
        vm.prank(sender);
        batchInbox.fix(batch, prev, term, configHash, mustCheckpoint);
    }

    function refuseFix(address sender, uint64 term, uint64 mustCheckpoint, bytes memory reason)
        private
    {
        uint64 batch = batchInbox.nextBatch();
        bytes32 prev = batchInbox.postHash();
        vm.expectRevert(reason);
        vm.prank(sender);
        batchInbox.fix(batch, prev, term, configHash, mustCheckpoint);
    }

    function refuseExternal(uint8 mode, bytes32 root, uint64 pages, bytes memory reason) private {
        bytes32 prev = batchInbox.postHash();
        vm.expectRevert(reason);
        vm.prank(POSTER, POSTER);
        batchInbox.fixExternal(1, prev, TERM, configHash, 0, mode, root, pages);
    }

    function fixExternal(uint8 mode, bytes32 root, uint64 pages) private {
        bytes32 prev = batchInbox.postHash();
        vm.prank(POSTER, POSTER);
        batchInbox.fixExternal(1, prev, TERM, configHash, 0, mode, root, pages);
    }

    function message() private {
        inbox.forcedClose(1, 1);
    }
}
