// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchInbox} from "../src/interfaces/IBatchInbox.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {NaiveTree} from "./base/NaiveTree.sol";
import {vm} from "./base/Vm.sol";
import {Forwarder} from "./callers/Forwarder.sol";

contract BatchInboxPostTest is GavelTest {
    function test_a_post_continues_the_chain() public {
        bytes[] memory pages = somePages(3, 100, 1);
        bytes32 leaves = keccak256(
            abi.encodePacked(keccak256(pages[0]), keccak256(pages[1]), keccak256(pages[2]))
        );
        bytes32 next =
            keccak256(abi.encodePacked(bytes32(0), uint256(1), uint256(0), uint256(3), leaves));
        vm.expectEmit(address(batchInbox));
        emit IBatchInbox.Posted(1, 0, 3, 0, next, leaves);
        post(pages);
        assertEq(batchInbox.postHash(), next);
        assertEq(batchInbox.pageCount(), 3);

        pages = somePages(1, 4096, 2);
        leaves = keccak256(abi.encodePacked(keccak256(pages[0])));
        bytes32 last =
            keccak256(abi.encodePacked(next, uint256(1), uint256(3), uint256(1), leaves));
        vm.expectEmit(address(batchInbox));
        emit IBatchInbox.Posted(1, 3, 1, next, last, leaves);
        post(pages);
        assertEq(batchInbox.postHash(), last);
        assertEq(batchInbox.pageCount(), 4);
    }

    function test_the_chain_goes_on_over_batches() public {
        postPages(somePages(2, 50, 1));
        bytes32 last = batchInbox.postHash();
        fix();
        assertEq(batchInbox.postHash(), last);
        assertEq(batchInbox.pageCount(), 0);
        assertEq(batchInbox.nextBatch(), 2);
        postPages(somePages(1, 50, 2));
        assertTrue(batchInbox.postHash() != last, "same");
    }

    function test_only_the_poster_posts() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.NotPoster.selector, ALICE));
        batchInbox.post(1, 0, 0, TERM, somePages(1, 1, 1));
    }

    /// @notice Pages that another contract hands on are in no transaction's calldata.
    function test_a_contract_posts_nothing() public {
        Forwarder contractPoster = new Forwarder(address(0), "");
        makePoster(address(contractPoster));
        bytes memory call =
            abi.encodeCall(batchInbox.post, (1, 0, 0, TERM + 1, somePages(1, 1, 1)));
        vm.prank(ALICE, ALICE);
        vm.expectRevert(notATransaction(address(contractPoster)));
        contractPoster.forward(address(batchInbox), call, 0);
    }

    /// @notice It has no code yet, but is not the origin.
    function test_a_contract_that_is_being_made_posts_nothing() public {
        address made =
            address(uint160(uint256(keccak256(abi.encodePacked(hex"d694", ALICE, hex"80")))));
        makePoster(made);
        bytes memory call =
            abi.encodeCall(batchInbox.post, (1, 0, 0, TERM + 1, somePages(1, 1, 1)));
        vm.prank(ALICE, ALICE);
        vm.expectRevert(notATransaction(made));
        new Forwarder(address(batchInbox), call);
    }

    /// @notice A transaction of a delegating account to itself: the origin calls, but not with the
    /// transaction's calldata. A direct call cannot be told from it, and is refused with it.
    function test_a_delegating_account_posts_nothing() public {
        Forwarder code = new Forwarder(address(0), "");
        bytes[] memory pages = somePages(1, 1, 1);
        vm.etch(POSTER, abi.encodePacked(hex"ef0100", address(code)));
        bytes memory call = abi.encodeCall(batchInbox.post, (1, 0, 0, TERM, pages));
        address[2] memory origins = [POSTER, ALICE];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(origins[i], origins[i]);
            vm.expectRevert(notATransaction(POSTER));
            Forwarder(payable(POSTER)).forward(address(batchInbox), call, 0);
        }
        vm.prank(POSTER, POSTER);
        vm.expectRevert(notATransaction(POSTER));
        batchInbox.post(1, 0, 0, TERM, pages);

        vm.etch(POSTER, "");
        post(pages);
        assertEq(batchInbox.pageCount(), 1);
    }

    function test_only_the_origin_posts() public {
        vm.prank(POSTER, ALICE);
        vm.expectRevert(notATransaction(POSTER));
        batchInbox.post(1, 0, 0, TERM, somePages(1, 1, 1));
    }

    /// @notice Words that L1 fixes are in an event: whoever is the poster may fix.
    function test_a_contract_fixes() public {
        Forwarder contractPoster = new Forwarder(address(0), "");
        makePoster(address(contractPoster));
        bytes32 hash = systemConfig.configHash(1);
        contractPoster.forward(
            address(batchInbox), abi.encodeCall(batchInbox.fix, (1, 0, TERM + 1, hash, 0)), 0
        );
        assertEq(batchInbox.nextBatch(), 2);
    }

    function test_only_under_the_current_term() public {
        vm.prank(POSTER, POSTER);
        systemConfig.advanceTerm(2);
        vm.prank(POSTER, POSTER);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.StaleTerm.selector, 1, 2));
        batchInbox.post(1, 0, 0, 1, somePages(1, 1, 1));
        vm.prank(POSTER, POSTER);
        batchInbox.post(1, 0, 0, 2, somePages(1, 1, 1));
    }

    function test_only_if_calldata_is_allowed() public {
        vm.prank(OWNER);
        systemConfig.setDataModes(1 << 4);
        vm.prank(POSTER, POSTER);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.ModeNotAllowed.selector, 0));
        batchInbox.post(1, 0, 0, TERM, somePages(1, 1, 1));
    }

    function test_only_for_the_next_batch() public {
        for (uint64 batch = 0; batch < 3; batch += 2) {
            vm.prank(POSTER, POSTER);
            vm.expectRevert(abi.encodeWithSelector(IBatchInbox.WrongBatch.selector, batch, 1));
            batchInbox.post(batch, 0, 0, TERM, somePages(1, 1, 1));
        }
    }

    function test_only_at_the_next_page() public {
        post(somePages(2, 10, 1));
        bytes32 prev = batchInbox.postHash();
        for (uint64 first = 1; first < 4; first += 2) {
            vm.prank(POSTER, POSTER);
            vm.expectRevert(abi.encodeWithSelector(IBatchInbox.WrongFirstPage.selector, first, 2));
            batchInbox.post(1, first, prev, TERM, somePages(1, 1, 1));
        }
    }

    /// @notice A post that was signed on another history of L1 does not land on this one.
    function testFuzz_posts_cannot_be_spliced(uint256 seed, bytes32 prev) public {
        post(somePages(1 + seed % 5, 10, seed));
        bytes32 expected = batchInbox.postHash();
        vm.assume(prev != expected);
        vm.prank(POSTER, POSTER);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchInbox.WrongPrevPostHash.selector, prev, expected)
        );
        batchInbox.post(1, uint64(1 + seed % 5), prev, TERM, somePages(1, 1, 1));
    }

    function test_a_post_has_pages() public {
        vm.prank(POSTER, POSTER);
        vm.expectRevert(IBatchInbox.EmptyPost.selector);
        batchInbox.post(1, 0, 0, TERM, new bytes[](0));
    }

    function test_a_page_has_1_to_4096_bytes() public {
        bytes[] memory pages = somePages(3, 1, 1);
        pages[1] = "";
        refuseLength(pages, 1, 0);
        pages[1] = new bytes(4097);
        refuseLength(pages, 1, 4097);
        pages[1] = new bytes(4096);
        post(pages);
    }

    function test_a_batch_has_at_most_2_to_the_18_pages() public {
        setPageCount((1 << 18) - 1);
        vm.prank(POSTER, POSTER);
        vm.expectRevert(abi.encodeWithSelector(IBatchInbox.TooManyPages.selector, (1 << 18) + 1));
        batchInbox.post(1, (1 << 18) - 1, 0, TERM, somePages(2, 1, 1));
        vm.prank(POSTER, POSTER);
        batchInbox.post(1, (1 << 18) - 1, 0, TERM, somePages(1, 1, 1));
        assertEq(batchInbox.pageCount(), 1 << 18);

        // Only the last page was really posted; the frontier left of it is zero.
        bytes32 root = keccak256(somePages(1, 1, 1)[0]);
        for (uint256 level = 0; level < 18; ++level) {
            root = keccak256(abi.encodePacked(bytes32(0), root));
        }
        bytes32 commitment = keccak256(abi.encodePacked(uint256(0), root, uint256(1 << 18)));
        bytes32 last = batchInbox.postHash();
        bytes32 configHash = systemConfig.configHash(1);
        vm.recordLogs();
        vm.prank(POSTER, POSTER);
        batchInbox.fix(1, last, TERM, configHash, 0);
        (bytes32[7] memory words,) =
            abi.decode(vm.getRecordedLogs()[0].data, (bytes32[7], bytes32));
        assertEq(words[0], commitment);
    }

    /// @notice The root of a batch equals the naive one, however its pages were cut into posts,
    /// and whatever batches came before.
    function testFuzz_data_root_equals_the_naive_one(uint256 seed) public {
        for (uint256 batch = 0; batch < 3; ++batch) {
            uint256 posts = seed % 5;
            for (uint256 i = 0; i < posts; ++i) {
                seed = uint256(keccak256(abi.encode(seed)));
                postPages(somePages(1 + (seed >> 8) % 20, 1 + (seed >> 16) % 64, seed));
            }
            bytes32 root = NaiveTree.root(posted, 18);
            assertEq(pageRoot(), root);
            uint64 number = batchInbox.nextBatch();
            // `fix` computes the words with this root; the stored hash says whether L1 agrees.
            bytes32[7] memory words = fix();
            assertEq(batchInbox.postedHash(number), keccak256(abi.encode(words)));
        }
    }

    function makePoster(address poster) private {
        vm.prank(OWNER);
        systemConfig.setPoster(poster);
    }

    function notATransaction(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IBatchInbox.NotATransaction.selector, caller);
    }

    function refuseLength(bytes[] memory pages, uint256 page, uint256 length) private {
        vm.prank(POSTER, POSTER);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchInbox.PageLengthOutOfRange.selector, page, length)
        );
        batchInbox.post(1, 0, 0, TERM, pages);
    }

    /// @dev Bits 64..127 of the first slot.
    function setPageCount(uint256 count) private {
        uint256 slot = uint256(vm.load(address(batchInbox), 0));
        vm.store(address(batchInbox), 0, bytes32(slot | count << 64));
        assertEq(batchInbox.pageCount(), count);
    }
}
