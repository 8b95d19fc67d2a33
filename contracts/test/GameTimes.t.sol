// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {Interval, Raise} from "../src/types/Dispute.sol";
import {GameTest} from "./base/GameTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Earned times by hand, and when they decide.
contract GameTimesTest is GameTest {
    uint256 private constant INFINITY = 2 ** 40 - 1;
    View private lie;
    Play private ours;
    Play private theirs;

    function setUp() public override {
        super.setUp();
        lie = contest();
        ours = postAs(HONEST, play(truth, rootPlace()));
    }

    function test_a_claim_earns_its_age() public {
        pass(1000);
        raiseOne(ours);
        assertEq(timeOf(ours), 1000);
    }

    function test_a_marked_interval_earns_until_its_child_was_opened() public {
        pass(100);
        theirs = postAs(CHEATER, play(lie, rootPlace()));
        pass(30);
        sealAs(HONEST, ours, theirs);
        pass(1000);
        raiseOne(ours);
        raiseOne(theirs);
        assertEq(timeOf(ours), 130);
        assertEq(timeOf(theirs), 30);
    }

    function test_a_claim_posted_after_the_child_was_opened_earns_nothing_alone() public {
        theirs = postAs(CHEATER, play(lie, rootPlace()));
        sealAs(HONEST, ours, theirs);
        pass(100);
        Play memory late = play(lie, rootPlace());
        late.list[40] = "late";
        complete(late);
        postAs(CHEATER, late);
        pass(50);
        sealAs(HONEST, ours, late);
        raiseOne(late);
        assertEq(timeOf(late), 0);
    }

    function test_support_below_counts_once_it_is_brought_up() public {
        theirs = postAs(CHEATER, play(lie, rootPlace()));
        pass(20);
        Place memory child = sealAs(HONEST, ours, theirs);
        pass(5);
        Play memory below = postAs(HONEST, play(truth, child));
        pass(300);
        raiseOne(ours);
        assertEq(timeOf(ours), 20);
        raiseOne(below);
        raiseOne(ours);
        assertEq(timeOf(below), 300);
        assertEq(timeOf(ours), 20 + 300);
    }

    function test_the_order_of_raises_is_children_first() public {
        theirs = postAs(CHEATER, play(lie, rootPlace()));
        pass(20);
        Play memory below = postAs(HONEST, play(truth, sealAs(HONEST, ours, theirs)));
        pass(300);
        Raise[] memory raises = new Raise[](2);
        (raises[0], raises[1]) = (raiseOf(ours), raiseOf(below));
        game.raise(raises);
        assertEq(timeOf(ours), 20);
        (raises[0], raises[1]) = (raiseOf(below), raiseOf(ours));
        game.raise(raises);
        assertEq(timeOf(ours), 320);
    }

    function test_the_largest_time_is_kept_and_whose_it_was() public {
        pass(500);
        raiseOne(ours);
        Play memory squat = play(truth, rootPlace());
        squat.list[3] = "squat";
        complete(squat);
        postAs(CHEATER, squat);
        pass(100);
        raiseOne(squat);
        expectBest(ours, 500);
        theirs = postAs(CHEATER, play(lie, rootPlace()));
        sealAs(CHEATER, ours, theirs);
        raiseOne(ours);
        expectBest(ours, 600);
        pass(1000);
        raiseOne(ours); // 600 and nothing below
        expectBest(ours, 600);
        raiseOne(squat);
        expectBest(squat, 1100);
    }

    function test_raised_is_told_as_it_was_found() public {
        pass(77);
        uint40[4] memory times = [uint40(77), 77, 77, 77];
        Raise[] memory raises = new Raise[](1);
        raises[0] = raiseOf(ours);
        vm.expectEmit(address(game));
        emit IDisputeGame.Raised(idOf(ours.place.key), ours.end, ours.id, times);
        game.raise(raises);
    }

    function test_only_claims_that_were_posted_are_raised() public {
        Play memory absent = play(lie, rootPlace());
        Raise[] memory raises = new Raise[](1);
        raises[0] = raiseOf(absent);
        refuse(raises, abi.encodeWithSelector(IDisputeGame.UnknownClaim.selector, absent.id));
    }

    function test_all_marked_intervals_are_shown_and_no_other() public {
        theirs = postAs(CHEATER, play(lie, rootPlace()));
        sealAs(HONEST, ours, theirs);
        Raise[] memory raises = new Raise[](1);
        raises[0] = raiseOf(ours);
        raises[0].marked = new Interval[](0);
        refuse(raises, abi.encodeWithSelector(IDisputeGame.WrongMarkedCount.selector, 0, 1));
        raises[0].marked = new Interval[](2);
        raises[0].marked[0] = intervalOf(ours, 2);
        refuse(raises, abi.encodeWithSelector(IDisputeGame.WrongMarkedCount.selector, 2, 1));
    }

    function test_intervals_are_shown_with_their_paths() public {
        theirs = postAs(CHEATER, play(lie, rootPlace()));
        sealAs(HONEST, ours, theirs);
        for (uint256 i = 0; i < 3; ++i) {
            Raise[] memory raises = new Raise[](1);
            raises[0] = raiseOf(ours);
            if (i == 0) raises[0].marked[0].left.value = "other";
            if (i == 1) raises[0].marked[0].right.value = "other";
            if (i == 2) raises[0].marked[0] = intervalOf(ours, 3); // another one
            vm.expectPartialRevert(IDisputeGame.WrongPath.selector);
            game.raise(raises);
        }
    }

    function test_a_proven_step_is_infinite_and_its_sum_stops_there() public {
        (Play[] memory a, Play[] memory b, Place memory last) = rest();
        stepAs(HONEST, truth, last);
        pass(10);
        raiseOne(a[7]);
        raiseOne(b[7]);
        assertEq(timeOf(b[7]), 60); // until it was sealed; the step is not its
        assertEq(timeOf(a[7]), 10); // other intervals only have its age
    }

    function test_a_list_whose_every_step_is_proved_is_final() public {
        (Play[] memory a,, Place memory last) = rest();
        stepAs(HONEST, truth, last);
        Play memory full = a[7];
        (,, uint64 done) = game.claimOf(full.id);
        for (uint256 k = 0; k < 64; ++k) {
            if (done >> k & 1 == 1) continue;
            Play memory rival = play(truth, full.place);
            rival.list[k] = keccak256(abi.encode("rival", k));
            rival.list[63] = "rival";
            complete(rival);
            stepAs(HONEST, truth, sealAs(CHEATER, full, postAs(CHEATER, rival)));
        }
        raiseOne(full);
        assertEq(timeOf(full), INFINITY);
        raiseOne(a[6]);
        assertEq(timeOf(a[6]), block.timestamp - postedAt(a[6]));
    }

    function test_nobody_wins_before_the_window() public {
        uint256 have = game.earnedTime(truth.end);
        pass(WINDOW - have - 1);
        raiseOne(ours);
        refuseEnd(
            truth.end,
            abi.encodeWithSelector(IDisputeGame.TimeNotEarned.selector, WINDOW - 1, WINDOW)
        );
        pass(1);
        refuseEnd( // what is not brought up does not count
            truth.end,
            abi.encodeWithSelector(IDisputeGame.TimeNotEarned.selector, WINDOW - 1, WINDOW)
        );
        Play[] memory plays = new Play[](1);
        plays[0] = ours;
        Raise[] memory raises = raisesOf(plays);
        vm.expectEmit(address(game));
        emit IDisputeGame.Resolved(right.id, truth.end, WINDOW, address(this));
        game.resolve(truth.end, raises);
    }

    function test_time_without_a_rival_counts_for_who_was_first() public {
        Tip memory later = claimAs(ALICE, right, nextWords(), endOf(2, words2, "later"));
        pass(3 days);
        claimAs(BOB, right, words2, endOf(2, words2, "rival"));
        address made = factory.create(
            right.id,
            truth.end,
            2,
            firstHash(right, words2),
            hashOf(later.end),
            words2,
            configWords
        );
        assertEq(IDisputeGame(made).earnedTime(hashOf(later.end)), 3 days);
        assertEq(IDisputeGame(made).earnedTime(hashOf(endOf(2, words2, "rival"))), 0);
    }

    function test_times_far_away() public {
        pass(2 ** 31 + 5);
        Play memory late = postAs(CHEATER, play(lie, rootPlace()));
        assertEq(postedAt(late), words[4] == 0 ? 0 : uint256(words[4]) / 1000 + 2 ** 31 - 1);
        raiseOne(late);
        assertEq(timeOf(late), game.clock() - (2 ** 31 - 1));
    }

    bytes32[7] private words2;

    function nextWords() private returns (bytes32[7] memory) {
        postPages(somePages(1, 10, 2));
        mine(1);
        words2 = fix();
        return words2;
    }

    /// @dev Both sides down from the claim of ours that is there.
    function rest() private returns (Play[] memory a, Play[] memory b, Place memory last) {
        (a, b) = (new Play[](8), new Play[](8));
        (a[0], last) = (ours, rootPlace());
        for (uint256 level = 0; level < 8; ++level) {
            b[level] = postAs(CHEATER, play(lie, last));
            pass(60);
            if (level != 0) a[level] = postAs(HONEST, play(truth, last));
            last = sealAs(HONEST, a[level], b[level]);
        }
    }

    function postedAt(Play memory p) private view returns (uint256 time) {
        (, time,) = game.claimOf(p.id);
        time += uint256(words[4]) / 1000;
    }

    function expectBest(Play memory p, uint256 time) private view {
        (uint40[4] memory times, bytes11 best) = game.supportOf(idOf(p.place.key), p.end);
        assertEq(times[0], time);
        assertEq(bytes32(best), bytes32(bytes11(p.id)));
    }

    function pass(uint256 time) private {
        vm.warp(block.timestamp + time);
    }

    function refuse(Raise[] memory raises, bytes memory reason) private {
        vm.expectRevert(reason);
        game.raise(raises);
    }

    function refuseEnd(bytes32 end, bytes memory reason) private {
        vm.expectRevert(reason);
        game.resolve(end, new Raise[](0));
    }
}
