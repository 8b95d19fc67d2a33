// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchRegistry} from "../src/interfaces/IBatchRegistry.sol";
import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {ILanes} from "../src/interfaces/ILanes.sol";
import {DisputeKey} from "../src/types/Dispute.sol";
import {LaneTest} from "./base/LaneTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice A lane's word is final: a validity rollup, with the second lane worth nothing.
contract ValidityTest is LaneTest {
    function creditOf(uint256 lane) internal pure override returns (uint64) {
        return lane == 0 ? WINDOW : 0;
    }

    function test_a_proved_claim_is_confirmed_at_once() public {
        right = claimEnd(HONEST, TRUE_ROOT);
        vm.expectEmit(address(registry));
        emit IBatchRegistry.Credited(right.id, 0, BOB);
        proveBatch(BOB, 0, truth.end);
        assertEq(registry.creditedLanes(right.id), 1);
        confirm(genesis, words, right);
    }

    function test_a_proved_claim_beats_its_rivals_at_once() public {
        View memory lie = contest();
        proveBatch(BOB, 0, truth.end);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.TimeNotEarned.selector, 0, WINDOW));
        game.resolve(lie.end, raisesOf(new Play[](0)));
        resolveFor(right, new Play[](0));
        confirmWinner(truth.end);
    }

    function test_a_proof_in_the_root_is_as_good() public {
        contest();
        proveAs(BOB, 0, rootPlace().key, truth.end);
        resolveFor(right, new Play[](0));
    }

    function test_a_lane_without_worth_changes_nothing() public {
        right = claimEnd(HONEST, TRUE_ROOT);
        proveBatch(BOB, 1, truth.end);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.TimeNotEarned.selector, 0, WINDOW));
        confirm(genesis, words, right);
    }

    struct Offer {
        bytes32 end;
        bytes32[7] posted;
        bytes32[32] config;
        uint256 lane;
        address recipient;
    }

    function test_what_a_batch_proof_must_name() public {
        right = claimEnd(HONEST, TRUE_ROOT);
        Offer memory o = offer();
        o.end = "unclaimed";
        refuse(o, IBatchRegistry.UnknownClaim.selector);
        o = offer();
        o.posted[2] = "other";
        refuse(o, IBatchRegistry.BatchNotFixedSo.selector);
        o = offer();
        o.config[2] = "another program";
        refuse(o, IBatchRegistry.WrongConfiguration.selector);
        o = offer();
        o.lane = 2;
        refuse(o, ILanes.UnknownLane.selector);
        o.lane = 1;
        refuse(o, ILanes.ProofRejected.selector);
        o = offer();
        o.recipient = ALICE;
        refuse(o, ILanes.ProofRejected.selector);
        proveBatch(BOB, 0, truth.end);
        refuse(offer(), IBatchRegistry.AlreadyCredited.selector);
    }

    function offer() private view returns (Offer memory) {
        return Offer(truth.end, words, configWords, 0, BOB);
    }

    function refuse(Offer memory o, bytes4 reason) private {
        bytes memory proof = signed(0, first, truth.end, 2 ** 24, BOB);
        bytes memory call = abi.encodeCall(
            IBatchRegistry.prove,
            (genesis.id, 1, first, o.end, o.posted, o.config, o.lane, o.recipient, proof)
        );
        vm.expectPartialRevert(reason);
        (bool done,) = address(registry).call(call);
        done;
    }

    function test_what_a_proof_in_a_dispute_must_name() public {
        contest();
        DisputeKey memory key = rootPlace().key;
        bytes memory proof = proofOf(0, key, truth.end, BOB);
        refuse(key, "other", 0, BOB, proof, ILanes.ProofRejected.selector);
        refuse(key, truth.end, 1, BOB, proof, ILanes.ProofRejected.selector);
        refuse(key, truth.end, 0, ALICE, proof, ILanes.ProofRejected.selector);
        refuse(key, truth.end, 2, BOB, proof, ILanes.UnknownLane.selector);
        bytes memory nobodys = proofOf(0, key, truth.end, address(0));
        refuse(key, truth.end, 0, address(0), nobodys, ILanes.ProofRejected.selector);
        bytes memory shorter = signed(0, first, truth.end, 2 ** 24 - 1, BOB);
        refuse(key, truth.end, 0, BOB, shorter, ILanes.ProofRejected.selector);
        key.start = "elsewhere";
        proof = proofOf(0, key, truth.end, BOB);
        refuse(key, truth.end, 0, BOB, proof, IDisputeGame.NotOpen.selector);
        key.start = first;
        vm.expectEmit(address(game));
        emit IDisputeGame.Credited(idOf(key), truth.end, 0, BOB);
        proveAs(BOB, 0, key, truth.end);
        proof = proofOf(0, key, truth.end, BOB);
        refuse(key, truth.end, 0, BOB, proof, IDisputeGame.AlreadyCredited.selector);
    }

    function test_no_proof_about_one_step() public {
        (,, Place memory last) = playDown(contest(), 1);
        bytes memory proof = signed(0, last.key.start, "next", 1, BOB);
        refuse(last.key, "next", 0, BOB, proof, IDisputeGame.WrongLevel.selector);
    }

    function test_a_prover_gets_his_refund() public {
        contest();
        Play memory ours = postAs(HONEST, play(truth, rootPlace()));
        proveAs(BOB, 0, rootPlace().key, truth.end);
        raiseOne(ours);
        resolveFor(right, new Play[](0));
        game.settleRoot(ours.root);
        (, uint128 refunds) = game.dueTo(BOB);
        assertEq(refunds, 0.04 ether);
    }

    function refuse(
        DisputeKey memory key,
        bytes32 end,
        uint256 lane,
        address who,
        bytes memory proof,
        bytes4 reason
    ) private {
        vm.expectPartialRevert(reason);
        game.prove(key, end, lane, who, proof);
    }
}

/// @notice Two lanes that must agree.
contract TwoLanesTest is LaneTest {
    function creditOf(uint256) internal pure override returns (uint64) {
        return WINDOW / 2;
    }

    function test_two_lanes_agree() public {
        right = claimEnd(HONEST, TRUE_ROOT);
        proveBatch(BOB, 0, truth.end);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchRegistry.TimeNotEarned.selector, WINDOW / 2, WINDOW)
        );
        confirm(genesis, words, right);
        proveBatch(BOB, 1, truth.end);
        confirm(genesis, words, right);
    }

    function test_a_lane_counts_once_along_a_line() public {
        View memory lie = contest();
        uint256 start = game.earnedTime(truth.end);
        // The first lane says so of the batch, of the root and of every value below.
        proveBatch(BOB, 0, truth.end);
        proveAs(BOB, 0, rootPlace().key, truth.end);
        Play memory ours = postAs(HONEST, play(truth, rootPlace()));
        Play memory theirs = postAs(CHEATER, play(lie, rootPlace()));
        Place memory child = sealAs(HONEST, ours, theirs);
        proveAs(BOB, 0, child.key, ours.list[2]);
        Play memory below = postAs(HONEST, play(truth, child));
        vm.warp(block.timestamp + 1000);
        raiseOne(below);
        raiseOne(ours);
        assertEq(game.earnedTime(truth.end), start + WINDOW / 2 + 1000);
        (uint40[4] memory times,) = game.supportOf(idOf(rootPlace().key), truth.end);
        assertEq(times[0], 1000); // 1000 alone elsewhere
        // The second lane adds its half, wherever it says so.
        proveAs(BOB, 1, child.key, ours.list[2]);
        raiseOne(ours);
        assertEq(game.earnedTime(truth.end), start + WINDOW / 2 + 1000);
        proveAs(BOB, 1, rootPlace().key, truth.end);
        assertEq(game.earnedTime(truth.end), start + 2 * (WINDOW / 2) + 1000);
        resolveFor(right, new Play[](0));
    }

    function test_credits_of_both_lanes_below_count_each_once() public {
        View memory lie = contest();
        Play memory ours = postAs(HONEST, play(truth, rootPlace()));
        Play memory theirs = postAs(CHEATER, play(lie, rootPlace()));
        Place memory child = sealAs(HONEST, ours, theirs);
        proveAs(BOB, 0, child.key, ours.list[2]);
        proveAs(BOB, 1, child.key, ours.list[2]);
        vm.warp(block.timestamp + 30 days);
        raiseOne(ours);
        (uint40[4] memory times,) = game.supportOf(idOf(rootPlace().key), truth.end);
        assertEq(times[0], 2 * (WINDOW / 2));
        assertEq(times[1], WINDOW / 2);
        assertEq(times[2], WINDOW / 2);
        assertEq(times[3], 0);
    }
}

/// @notice A lane below the window, which is broken.
contract BrokenLaneTest is LaneTest {
    function creditOf(uint256 lane) internal pure override returns (uint64) {
        return lane == 0 ? 4 days : 0;
    }

    function test_the_step_game_overrules_a_broken_prover() public {
        View memory lie = contest();
        proveBatch(CHEATER, 0, lie.end);
        (Play[] memory ours, Play[] memory theirs, Place memory last) = playDown(lie, 3600);
        for (uint256 i = 0; i < 8; ++i) {
            proveAs(CHEATER, 0, theirs[i].place.key, theirs[i].end);
        }
        stepAs(HONEST, truth, last);
        for (uint256 day = 0; day < 8; ++day) {
            vm.warp(block.timestamp + 1 days);
            game.raise(raisesOf(theirs));
            game.raise(raisesOf(ours));
            // The lane once, and the honest side's hours.
            assertTrue(game.earnedTime(lie.end) <= 4 days + 8 * 3600, "the lie goes on earning");
        }
        resolveFor(right, ours);
        confirmWinner(truth.end);
    }
}
