// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchRegistry} from "../src/interfaces/IBatchRegistry.sol";
import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {ClaimId} from "../src/types/ClaimId.sol";
import {Link, Preimage, Raise} from "../src/types/Dispute.sol";
import {LaneTest} from "./base/LaneTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice What went wrong in other courts, a test each. Elsewhere: a step that can revert
/// (StepTotalTest), preimages too large to post (PreimageOracleTest, GameGasTest), an index out of
/// range (GameSealsTest), a program that is not reproducible (the guest's own test), one late
/// answer that counts at every level (GameAttacksTest).
contract MistakesTest is LaneTest {
    View private lie;

    function creditOf(uint256 lane) internal pure override returns (uint64) {
        return lane == 0 ? 1 days : 0;
    }

    /// @dev Both claims are there, the game is not made.
    uint256 private unmade;

    function setUp() public override {
        super.setUp();
        right = claimEnd(HONEST, TRUE_ROOT);
        lie = lieOf("lie", 777_777, 123_456);
        claimEnd(CHEATER, lie.salt);
        unmade = vm.snapshotState();
        createGame();
    }

    function test_timers_do_not_leak_into_other_disputes() public {
        // A claim earns for days in a dispute beside the line; the line has none of it.
        Play memory ours = postAs(HONEST, play(truth, rootPlace()));
        Play memory theirs = postAs(CHEATER, play(lie, rootPlace()));
        Play memory aside = play(truth, rootPlace());
        (aside.list[7], aside.list[63]) = ("aside", lie.end);
        complete(aside);
        Place memory beside = sealAs(CHEATER, ours, postAs(CHEATER, aside));
        Place memory child = sealAs(HONEST, ours, theirs);
        Play memory idle = play(truth, beside);
        idle.list[63] = theirs.list[2];
        complete(idle);
        postAs(CHEATER, idle);
        vm.warp(block.timestamp + 6 days);
        raiseOne(idle);
        raiseOne(theirs);
        assertEq(timeOf(idle), 6 days);
        assertEq(timeOf(theirs), 0);
        assertEq(timeOf(child, theirs.list[2]), 0);
    }

    function test_a_parent_has_no_time_of_children_that_are_undecided() public {
        (Play[] memory ours,, Place memory last) = playDown(lie, 60);
        vm.warp(block.timestamp + 2 * WINDOW);
        Raise[] memory raises = raisesOf(ours);
        vm.expectPartialRevert(IDisputeGame.TimeNotEarned.selector);
        game.resolve(truth.end, raises); // the last step is proved for nobody
        stepAs(HONEST, truth, last);
        vm.expectPartialRevert(IDisputeGame.TimeNotEarned.selector);
        game.resolve(truth.end, new Raise[](0)); // it is, but not brought up
        game.resolve(truth.end, raises);
    }

    function test_nothing_moves_after_the_decision() public {
        (Play[] memory ours, Play[] memory theirs, Place memory last) = playDown(lie, 60);
        stepAs(HONEST, truth, last);
        vm.warp(block.timestamp + WINDOW);
        Raise[] memory raises = raisesOf(ours);
        game.resolve(truth.end, raises);
        bytes32[] memory none = new bytes32[](0);
        bytes32[8] memory state = stateAt(truth, last.unit, last.key.position);
        Play memory p = play(lieOf("new", 3, 3), ours[1].place);
        bytes memory proof = proofOf(0, rootPlace().key, lie.end, BOB);
        bytes[9] memory moves = [
            abi.encodeCall(IDisputeGame.claim, (p.place.key, p.list, none)),
            abi.encodeCall(
                IDisputeGame.claimAndSeal, (p.place.key, p.list, none, sideOf(ours[1], 0), 0)
            ),
            abi.encodeCall(IDisputeGame.seal, (pairOf(ours[1], theirs[1]))),
            abi.encodeCall(IDisputeGame.sealAndClaim, (pairOf(ours[1], theirs[1]), p.list, none)),
            abi.encodeCall(
                IDisputeGame.sealAndStep,
                (pairOf(ours[7], theirs[7]), state, none, none, new Preimage[](0))
            ),
            abi.encodeCall(IDisputeGame.step, (last.key, state, none, none, new Preimage[](0))),
            abi.encodeCall(IDisputeGame.prove, (rootPlace().key, lie.end, 0, BOB, proof)),
            abi.encodeCall(IDisputeGame.raise, (raises)),
            abi.encodeCall(IDisputeGame.resolve, (lie.end, raises))
        ];
        for (uint256 i = 0; i < 9; ++i) {
            (bool done, bytes memory reason) = address(game).call(moves[i]);
            assertTrue(!done, "it moves");
            assertEq(
                reason, abi.encodeWithSelector(IDisputeGame.AlreadyResolved.selector, right.id)
            );
        }
    }

    function test_no_call_loops_over_what_others_posted() public {
        Play memory ours = postAs(HONEST, play(truth, rootPlace()));
        Play memory theirs = postAs(CHEATER, play(lie, rootPlace()));
        sealAs(HONEST, ours, theirs);
        vm.warp(block.timestamp + 10);
        uint256 alone = costOfRaise(ours);
        for (uint256 i = 0; i < 30; ++i) {
            Play memory p = play(lie, rootPlace());
            p.list[40] = bytes32(i);
            complete(p);
            sealAs(CHEATER, ours, postAs(CHEATER, p));
        }
        vm.warp(block.timestamp + 10);
        assertTrue(costOfRaise(ours) <= alone, "it costs more with thirty rivals");
    }

    function test_no_move_depends_on_a_block() public {
        Play memory p = play(truth, rootPlace());
        bytes memory move = abi.encodeCall(IDisputeGame.claim, (p.place.key, p.list, p.run));
        uint256 state = vm.snapshotState();
        for (uint256 i = 0; i < 3; ++i) {
            vm.roll(block.number + 300 * i + 1);
            vm.setBlockhash(block.number - 1, keccak256(abi.encode(i)));
            vm.prank(HONEST);
            (bool done,) = address(game).call{value: 1 ether}(move);
            assertTrue(done, "another block, another result");
            vm.revertToState(state);
        }
    }

    function test_a_copied_proof_pays_its_maker() public {
        bytes memory proof = proofOf(0, rootPlace().key, truth.end, BOB);
        vm.expectPartialRevert(bytes4(keccak256("ProofRejected(uint256)")));
        vm.prank(CHEATER);
        game.prove(rootPlace().key, truth.end, 0, CHEATER, proof);
        vm.prank(CHEATER);
        game.prove(rootPlace().key, truth.end, 0, BOB, proof);
        assertEq(game.proverOf(idOf(rootPlace().key), truth.end, 0), BOB);
    }

    function test_a_claim_is_not_final_before_its_parent() public {
        mine(1);
        bytes32[7] memory words2 = fix();
        Tip memory next = claimAs(HONEST, right, words2, endOf(2, words2, "next"));
        claimAs(CHEATER, right, words2, endOf(2, words2, "false"));
        bytes32 start = firstHash(right, words2);
        IDisputeGame second = IDisputeGame(
            factory.create(right.id, truth.end, 2, start, hashOf(next.end), words2, configWords)
        );
        DisputeOf memory d = DisputeOf(second, start, hashOf(next.end));
        postIn(d);
        vm.warp(block.timestamp + 2 * WINDOW);
        resolveIn(d);
        assertEq(ClaimId.unwrap(second.winner()), ClaimId.unwrap(next.id));
        vm.expectPartialRevert(IBatchRegistry.NotOnAnchor.selector);
        registry.confirm(next.id, start, hashOf(next.end));
    }

    function test_little_gas_gives_no_other_result() public {
        (Play[] memory ours,, Place memory last) = playDown(lie, 60);
        bytes32[] memory none = new bytes32[](0);
        bytes32[8] memory state = stateAt(truth, last.unit, last.key.position);
        bytes32 next = keccak256(abi.encode(stateAt(truth, last.unit, last.key.position + 1)));
        uint256 gas_ = 2000;
        for (bool done = false; !done; gas_ += gas_ / 8) {
            try game.step{gas: gas_}(last.key, state, none, none, new Preimage[](0)) {
                done = true;
            } catch {
                assertEq(game.stepperOf(idOf(last.key), next), address(0));
            }
        }
        assertEq(timeOf(last, next), 2 ** 40 - 1);
        ours;
    }

    function test_who_challenges_himself_pays() public {
        uint256 before = CHEATER.balance + LINE_BOND;
        View memory other = lieOf("other", 10, 10);
        claimEnd(CHEATER, other.salt);
        Play memory mine = postAs(CHEATER, play(truth, rootPlace()));
        postAs(CHEATER, play(lie, rootPlace()));
        postAs(CHEATER, play(other, rootPlace()));
        vm.warp(block.timestamp + WINDOW);
        raiseOne(mine);
        vm.prank(CHEATER);
        game.resolve(truth.end, new Raise[](0));
        game.settleRoot(mine.root);
        confirmWinner(truth.end);
        factory.forfeit(genesis.id, hashOf(genesis.end), 1, first, lie.end);
        factory.forfeit(genesis.id, hashOf(genesis.end), 1, first, other.end);
        vm.warp(block.timestamp + 1 days);
        vm.prank(CHEATER);
        game.collect();
        assertTrue(CHEATER.balance + 2 ether <= before, "it pays");
    }

    function test_past_the_finish_the_last_cursor_repeats() public {
        View memory late = lieOf("late", 16_000_000, 1_000_001);
        claimEnd(BOB, late.salt);
        for (uint256 k = 47; k < 63; ++k) {
            assertEq(valueAt(truth, rootPlace(), k + 1), truth.end);
        }
        late.step = 999_999;
        (Play[] memory ours,, Place memory last) = playDown(late, 60);
        stepAs(HONEST, truth, last);
        vm.warp(block.timestamp + WINDOW);
        resolveFor(right, ours);
        confirmWinner(truth.end);
    }

    function test_no_contest_about_data_that_is_not_posted() public {
        bytes32[7] memory invented = words;
        invented[0] = "not posted";
        uint256 due = registry.bondDue(ALICE, genesis.id, hashOf(genesis.end));
        vm.expectPartialRevert(IBatchRegistry.BatchNotFixedSo.selector);
        vm.prank(ALICE);
        registry.claim{value: due}(genesis.id, 1, invented, genesis.end, endOf(1, invented, "x"));
        vm.expectPartialRevert(IBatchRegistry.BatchNotFixedSo.selector);
        vm.prank(ALICE);
        registry.claim{value: due}(genesis.id, 2, words, genesis.end, endOf(2, words, "x"));
    }

    function test_a_reorg_cannot_aim_a_move_at_another_contest() public {
        Play memory p = play(truth, rootPlace());
        bytes memory move = abi.encodeCall(IDisputeGame.claim, (p.place.key, p.list, p.run));
        address made = address(game);
        mine(1);
        bytes32[7] memory words2 = fix();
        Tip memory next = claimAs(HONEST, right, words2, endOf(2, words2, "next"));
        claimAs(CHEATER, right, words2, endOf(2, words2, "false"));
        address other = factory.create(
            right.id, truth.end, 2, firstHash(right, words2), hashOf(next.end), words2, configWords
        );
        assertTrue(other != made, "another contest in its place");
        (bool done,) = other.call{value: 1 ether}(move);
        assertTrue(!done, "the move is taken elsewhere");
    }

    function test_after_a_reorg_the_same_contest_has_the_same_address() public {
        address made = address(game);
        vm.revertToState(unmade);
        mine(77);
        address again =
            factory.create(genesis.id, hashOf(genesis.end), 1, first, lie.end, words, configWords);
        assertEq(again, made);
    }

    function test_a_freeloader_does_not_win_the_honest_bond() public {
        // First, with the right end and a wrong list that nobody else would post.
        View memory squat = View("squat", 5_000_000, 5, truth.end);
        Play memory free = postAs(CHEATER, play(squat, rootPlace()));
        vm.warp(block.timestamp + 60);
        Play memory ours = play(truth, rootPlace());
        Place memory child = postAndSealAs(HONEST, ours, free);
        Play memory answer = postAs(HONEST, play(truth, child));
        vm.warp(block.timestamp + WINDOW);
        raiseOne(free);
        raiseOne(answer);
        raiseOne(ours);
        game.resolve(truth.end, new Raise[](0));
        vm.expectPartialRevert(IDisputeGame.NotBest.selector);
        game.settleRoot(free.root);
        game.settleRoot(ours.root);
        Link[] memory links = new Link[](1);
        links[0] = linkOf(ours, pairOf(ours, free).index, answer.root);
        game.settle(links);
        (uint128 bonds,) = game.dueTo(HONEST);
        assertEq(bonds, 0.1 ether + 0.1 ether + 0.05 ether);
        (bonds,) = game.dueTo(CHEATER);
        assertEq(bonds, 0);
    }

    function test_a_copy_of_a_claim_is_no_claim() public {
        Play memory ours = postAs(HONEST, play(truth, rootPlace()));
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.ClaimExists.selector, ours.id));
        vm.prank(CHEATER);
        game.claim{value: 1 ether}(ours.place.key, ours.list, ours.run);
    }

    function test_a_pause_stops_every_clock_and_expires() public {
        Play memory ours = postAs(HONEST, play(truth, rootPlace()));
        Play memory theirs = postAs(CHEATER, play(lie, rootPlace()));
        vm.warp(block.timestamp + 100);
        vm.prank(GUARDIAN);
        superchainConfig.pause(1000);
        uint256 clock = game.clock();
        vm.warp(block.timestamp + 600);
        assertEq(game.clock(), clock);
        Place memory child = sealAs(HONEST, ours, theirs); // moves go on
        Play memory below = postAs(HONEST, play(truth, child));
        vm.warp(block.timestamp + 500); // the pause has ended 100 seconds ago
        raiseOne(below);
        raiseOne(ours);
        raiseOne(theirs);
        assertEq(timeOf(below), 100);
        assertEq(timeOf(ours), 200);
        assertEq(timeOf(theirs), 100);
    }

    struct DisputeOf {
        IDisputeGame at_;
        bytes32 start;
        bytes32 end;
    }

    function flat(DisputeOf memory d) private pure returns (Play memory p) {
        p.place.key.start = d.start;
        for (uint256 k = 0; k < 64; ++k) {
            p.list[k] = d.end;
        }
        complete(p);
    }

    function postIn(DisputeOf memory d) private {
        Play memory p = flat(d);
        vm.prank(HONEST);
        d.at_.claim{value: 1 ether}(p.place.key, p.list, p.run);
    }

    function resolveIn(DisputeOf memory d) private {
        Raise[] memory raises = new Raise[](1);
        raises[0].claim = keyOf(flat(d));
        d.at_.resolve(d.end, raises);
    }

    function costOfRaise(Play memory p) private returns (uint256 used) {
        Raise[] memory raises = new Raise[](1);
        raises[0] = raiseOf(p);
        game.raise(raises);
        vm.warp(block.timestamp + 1);
        used = gasleft();
        game.raise(raises);
        used -= gasleft();
    }
}
