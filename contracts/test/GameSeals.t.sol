// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {IPreimageOracle} from "../src/interfaces/IPreimageOracle.sol";
import {DisputeKey, Preimage, Seal, Side} from "../src/types/Dispute.sol";
import {GameTest} from "./base/GameTest.sol";
import {Lists} from "./base/Lists.sol";
import {vm} from "./base/Vm.sol";

/// @notice Pairs of claims, the disputes between them, and the step at the end.
contract GameSealsTest is GameTest {
    using Lists for bytes32[64];

    View private lie;
    Play private ours;
    Play private theirs;

    function setUp() public override {
        super.setUp();
        lie = contest();
        ours = postAs(HONEST, play(truth, rootPlace()));
        theirs = postAs(CHEATER, play(lie, rootPlace()));
    }

    function test_a_seal_marks_both_and_opens_the_child() public {
        vm.warp(block.timestamp + 100);
        uint256 k = 2; // 777,777 / 2^18
        Place memory child = childAt(ours, k);
        bytes32 id = idOf(child.key);
        vm.expectEmit(address(game));
        emit IDisputeGame.Opened(
            id, 1, ours.list[1], 2 * 64 ** 3, idOf(rootPlace().key), CHEATER, game.clock()
        );
        vm.expectEmit(address(game));
        emit IDisputeGame.Sealed(idOf(rootPlace().key), ours.id, theirs.id, k, id);
        sealAs(CHEATER, ours, theirs);
        (address opener, uint256 opened) = game.disputeOf(id);
        assertEq(opener, CHEATER);
        assertEq(opened, game.clock());
        assertEq(markedOf(ours), 1 << k);
        assertEq(markedOf(theirs), 1 << k);
    }

    function test_the_child_of_each_index() public {
        for (uint256 i = 0; i < 4; ++i) {
            uint256 k = [0, 1, 31, 63][i];
            Play memory other = play(truth, rootPlace());
            other.list[k] = keccak256(abi.encode("other", k));
            other.list[63] = theirs.end;
            complete(other);
            postAs(CHEATER, other);
            Place memory child = sealAs(CHEATER, ours, other);
            assertEq(child.key.start, k == 0 ? first : ours.list[k - 1]);
            assertEq(child.key.position, k * 64 ** 3);
        }
    }

    function test_a_run_starts_with_the_first_state_of_the_program() public {
        Place memory place = rootPlace();
        for (uint256 level = 0; level < 4; ++level) {
            if (level != 0) postAs(CHEATER, play(lie, place));
            if (level != 0) postAs(HONEST, play(truth, place));
            place = sealAs(HONEST, play(truth, place), play(lie, place));
        }
        bytes32[8] memory state;
        (state[0], state[1]) = (IMAGE, toy.cursorAt(lie.unit));
        assertEq(place.key.start, keccak256(abi.encode(state)));
        assertEq(place.key.position, 0);
        postAs(HONEST, play(truth, place));
    }

    function test_an_index_is_below_64() public {
        Seal memory pair = pairAt(ours, theirs, 2);
        pair.index = 64;
        refuse(pair, abi.encodeWithSelector(IDisputeGame.IndexOutOfRange.selector, 64));
        pair.index = 64 + 2;
        refuse(pair, abi.encodeWithSelector(IDisputeGame.IndexOutOfRange.selector, 66));
        refuseWithClaim(66, abi.encodeWithSelector(IDisputeGame.IndexOutOfRange.selector, 66));
    }

    function test_each_entry_leads_to_its_root() public {
        for (uint256 i = 0; i < 6; ++i) {
            Seal memory pair = pairOf(ours, theirs);
            if (i == 0) pair.x.entry.value = "other";
            if (i == 1) pair.y.entry.value = "other";
            if (i == 2) pair.before.value = "other";
            if (i == 3) pair.x.entry.siblings[5] = "other";
            if (i == 4) pair.y.entry.siblings[3] = "other";
            if (i == 5) pair.before.siblings[0] = "other";
            vm.expectPartialRevert(IDisputeGame.WrongPath.selector);
            game.seal(pair);
        }
    }

    function test_only_the_first_difference() public {
        // They agree at 1, and differ from 2 on.
        bytes memory reason = abi.encodeWithSelector(IDisputeGame.NotFirstDifference.selector, 1);
        refuse(pairAt(ours, theirs, 1), reason);
        for (uint256 k = 3; k < 64; k += 12) {
            reason = abi.encodeWithSelector(IDisputeGame.NotFirstDifference.selector, k);
            refuse(pairAt(ours, theirs, k), reason);
        }
        refuse(
            pairAt(ours, ours, 2),
            abi.encodeWithSelector(IDisputeGame.NotFirstDifference.selector, 2)
        );
    }

    function test_only_the_first_difference_with_a_new_claim() public {
        for (uint256 k = 0; k < 64; k += 3) {
            if (k == 2) continue;
            refuseWithClaim(k, abi.encodeWithSelector(IDisputeGame.NotFirstDifference.selector, k));
        }
    }

    function test_a_rival_leads_to_its_root() public {
        Play memory mine = fresh();
        Play memory rival = theirs;
        rival.list[9] = "other";
        vm.expectPartialRevert(IDisputeGame.WrongPath.selector);
        vm.prank(HONEST);
        game.claimAndSeal{value: 2 ether}(mine.place.key, mine.list, mine.run, side9(rival), 9);
    }

    function test_only_claims_that_were_posted() public {
        Play memory absent = fresh();
        bytes memory reason = abi.encodeWithSelector(IDisputeGame.UnknownClaim.selector, absent.id);
        refuse(pairOf(ours, absent), reason);
        refuse(pairOf(absent, ours), reason);
        Play memory mine = postAs(HONEST, play(truth, sealAs(HONEST, ours, theirs)));
        absent = play(lie, mine.place);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.UnknownClaim.selector, absent.id));
        vm.prank(HONEST);
        game.claimAndSeal{value: 1 ether}(
            mine.place.key, play(lieOf("x", 9, 9), mine.place).list, mine.run, sideOf(absent, 0), 0
        );
    }

    function test_a_claim_of_another_dispute_is_no_rival() public {
        Place memory child = sealAs(HONEST, ours, theirs);
        Play memory below = postAs(HONEST, play(truth, child));
        Seal memory pair = pairOf(ours, theirs);
        pair.dispute = child.key;
        vm.expectPartialRevert(IDisputeGame.UnknownClaim.selector);
        game.seal(pair);
        below;
    }

    function test_a_pair_is_sealed_once() public {
        sealAs(HONEST, ours, theirs);
        refuse(
            pairOf(ours, theirs), abi.encodeWithSelector(IDisputeGame.AlreadySealed.selector, 2)
        );
        refuse(
            pairOf(theirs, ours), abi.encodeWithSelector(IDisputeGame.AlreadySealed.selector, 2)
        );
    }

    function test_a_copy_of_a_claim_does_not_keep_it_from_being_sealed() public {
        Play memory mine = play(truth, sealAs(HONEST, ours, theirs));
        Play memory rival = postAs(CHEATER, play(lie, mine.place));
        uint256 k = mine.list.firstDifference(rival.list);
        uint256 bonds = game.claimBondDue(mine.place.key, mine.end) + game.stakes().openBond;
        postAs(CHEATER, mine);
        vm.startPrank(HONEST);
        game.claimAndSeal{value: bonds}(mine.place.key, mine.list, mine.run, sideOf(rival, k), k);
        assertEq(markedOf(mine), 1 << k);
        assertEq(markedOf(rival), 1 << k);
        (address poster,,) = game.claimOf(mine.id);
        assertEq(poster, CHEATER);
        (address opener,) = game.disputeOf(idOf(childAt(mine, k).key));
        assertEq(opener, HONEST);
        (uint128 kept,) = game.dueTo(HONEST);
        assertEq(kept, game.stakes().claimBond);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.AlreadySealed.selector, k));
        game.claimAndSeal{value: bonds}(mine.place.key, mine.list, mine.run, sideOf(rival, k), k);
        vm.stopPrank();
    }

    function test_a_copy_of_a_seal_does_not_keep_the_claim_below_from_being_made() public {
        Seal memory pair = pairOf(ours, theirs);
        Play memory below = play(truth, sealAs(CHEATER, ours, theirs));
        uint256 bond = game.stakes().claimBond;
        vm.prank(HONEST);
        game.sealAndClaim{value: bond}(pair, below.list, below.run);
        (address poster,,) = game.claimOf(below.id);
        assertEq(poster, HONEST);
        assertEq(markedOf(ours), 1 << 2);
    }

    function test_a_child_is_opened_once_and_keeps_its_time() public {
        Place memory child = sealAs(CHEATER, ours, theirs);
        (, uint256 opened) = game.disputeOf(idOf(child.key));
        vm.warp(block.timestamp + 50);
        Play memory third = postAs(HONEST, fresh());
        vm.prank(HONEST);
        game.seal(pairOf(ours, third)); // no bond: it is open
        (address opener, uint256 still) = game.disputeOf(idOf(child.key));
        assertEq(opener, CHEATER);
        assertEq(still, opened);
        assertEq(markedOf(third), 1 << 2);
    }

    function test_the_same_interval_in_another_dispute_is_another_dispute() public {
        // Two disputes of level 1 at one position, with different starts, whose lists name the
        // same value: their children differ all the same.
        Play memory a = play(truth, rootPlace());
        Play memory b = play(truth, rootPlace());
        (a.list[1], a.list[2], b.list[1], b.list[2]) = ("s", "a", "s", "b");
        a.list[63] = theirs.end;
        complete(a);
        complete(b);
        Place memory side = sealAs(CHEATER, postAs(CHEATER, a), postAs(CHEATER, b));
        Place memory main = sealAs(HONEST, ours, theirs);
        assertEq(side.key.position, main.key.position);
        Place[2] memory places = [side, main];
        bytes32[2] memory ids;
        for (uint256 i = 0; i < 2; ++i) {
            Play memory x = play(truth, places[i]);
            Play memory y = play(truth, places[i]);
            (y.list[7], y.list[63]) = ("false", "false");
            complete(y);
            ids[i] = idOf(sealAs(CHEATER, postAs(CHEATER, x), postAs(CHEATER, y)).key);
        }
        assertTrue(ids[0] != ids[1], "a child is shared");
    }

    function test_the_step_is_proved_from_the_agreed_state() public {
        Place memory last = down();
        bytes32[8] memory state = stateAt(truth, lie.unit, lie.step);
        bytes32 next = keccak256(abi.encode(stateAt(truth, lie.unit, lie.step + 1)));
        state[7] = "other";
        bytes32 hash = keccak256(abi.encode(state));
        refuseStep(
            last.key,
            state,
            abi.encodeWithSelector(IDisputeGame.WrongState.selector, hash, last.key.start)
        );
        vm.expectEmit(address(game));
        emit IDisputeGame.Stepped(idOf(last.key), next, HONEST);
        stepAs(HONEST, truth, last);
        assertEq(game.stepperOf(idOf(last.key), next), HONEST);
        (uint40[4] memory times,) = game.supportOf(idOf(last.key), next);
        for (uint256 s = 0; s < 4; ++s) {
            assertEq(times[s], 2 ** 40 - 1);
        }
        state[7] = 0;
        refuseStep(
            last.key,
            state,
            abi.encodeWithSelector(IDisputeGame.AlreadyStepped.selector, idOf(last.key))
        );
    }

    function test_steps_are_proved_at_the_last_level_only() public {
        Place memory last = down();
        bytes32[8] memory state = stateAt(truth, lie.unit, lie.step);
        refuseStep(
            rootPlace().key, state, abi.encodeWithSelector(IDisputeGame.WrongLevel.selector, 0)
        );
        last.key.parent = "elsewhere";
        refuseStep(
            last.key, state, abi.encodeWithSelector(IDisputeGame.NotOpen.selector, idOf(last.key))
        );
    }

    function test_sealing_and_stepping_is_one_call() public {
        (Play memory a, Play memory b) = lastLists();
        Place memory child = childAt(a, pairOf(a, b).index);
        bytes32[] memory none = new bytes32[](0);
        bytes32[8] memory state = stateAt(truth, lie.unit, lie.step);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.BondNotPaid.selector, 0, 0.05 ether));
        game.sealAndStep(pairOf(a, b), state, none, none, new Preimage[](0));
        vm.prank(HONEST);
        game.sealAndStep{value: 0.05 ether}(pairOf(a, b), state, none, none, new Preimage[](0));
        bytes32 next = keccak256(abi.encode(stateAt(truth, lie.unit, lie.step + 1)));
        assertEq(game.stepperOf(idOf(child.key), next), HONEST);
    }

    function test_a_copy_of_a_seal_does_not_keep_the_step_from_being_proved() public {
        (Play memory a, Play memory b) = lastLists();
        Place memory child = sealAs(CHEATER, a, b);
        bytes32[] memory none = new bytes32[](0);
        bytes32[8] memory state = stateAt(truth, lie.unit, lie.step);
        vm.startPrank(HONEST);
        game.sealAndStep(pairOf(a, b), state, none, none, new Preimage[](0));
        bytes32 next = keccak256(abi.encode(stateAt(truth, lie.unit, lie.step + 1)));
        assertEq(game.stepperOf(idOf(child.key), next), HONEST);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGame.AlreadyStepped.selector, idOf(child.key))
        );
        game.sealAndStep(pairOf(a, b), state, none, none, new Preimage[](0));
        vm.stopPrank();
    }

    function test_a_step_is_shown_what_it_reads() public {
        Preimage[] memory shown = new Preimage[](2);
        (shown[0].data, shown[1].data) = ("a page of no use", "a page");
        (Play memory a, Play memory b) = lastLists();
        Seal memory pair = pairOf(a, b);
        Place memory last = childAt(a, pair.index);
        toy.setRead(oracle, keccak256(shown[1].data));
        bytes32[8] memory state = stateAt(truth, lie.unit, lie.step);
        bytes memory missing = abi.encodeWithSelector(
            IPreimageOracle.NotLoaded.selector, keccak256(shown[1].data), 0
        );
        bytes32[] memory none = new bytes32[](0);
        vm.startPrank(HONEST);
        vm.expectRevert(missing);
        game.sealAndStep{value: 0.05 ether}(pair, state, none, none, new Preimage[](0));
        game.seal{value: 0.05 ether}(pair);
        vm.expectRevert(missing);
        game.step(last.key, state, none, none, new Preimage[](0));
        uint256 before = vm.snapshotState();
        game.step(last.key, state, none, none, shown);
        vm.revertToState(before);
        game.sealAndStep(pair, state, none, none, shown);
        vm.stopPrank();
        bytes32 next = keccak256(abi.encode(stateAt(truth, lie.unit, lie.step + 1)));
        assertEq(game.stepperOf(idOf(last.key), next), HONEST);
        assertTrue(!oracle.isLoaded(keccak256(shown[1].data), 0), "kept");
    }

    /// @dev Both lists of level 7, not sealed.
    function lastLists() private returns (Play memory a, Play memory b) {
        Place memory place = sealAs(HONEST, ours, theirs);
        for (uint256 level = 1; level < 8; ++level) {
            (a, b) = (postAs(HONEST, play(truth, place)), postAs(CHEATER, play(lie, place)));
            if (level != 7) place = sealAs(HONEST, a, b);
        }
    }

    function down() private returns (Place memory) {
        (Play memory a, Play memory b) = lastLists();
        return sealAs(HONEST, a, b);
    }

    /// @dev A third list with the true end, which first differs from ours at 2.
    function fresh() private view returns (Play memory p) {
        p = play(truth, rootPlace());
        p.list[2] = "fresh";
        complete(p);
    }

    function side9(Play memory p) private pure returns (Side memory) {
        return sideOf(p, 9);
    }

    function markedOf(Play memory p) private view returns (uint64 marked) {
        (,, marked) = game.claimOf(p.id);
    }

    function refuse(Seal memory pair, bytes memory reason) private {
        vm.expectRevert(reason);
        game.seal{value: 0}(pair);
    }

    function refuseWithClaim(uint256 k, bytes memory reason) private {
        Play memory mine = fresh();
        Play memory rival = theirs;
        vm.expectRevert(reason);
        vm.prank(HONEST);
        game.claimAndSeal{value: 2 ether}(
            mine.place.key, mine.list, mine.run, sideOf(rival, k & 63), k
        );
    }

    function refuseStep(DisputeKey memory key, bytes32[8] memory state, bytes memory reason)
        private
    {
        bytes32[] memory none = new bytes32[](0);
        vm.expectRevert(reason);
        game.step(key, state, none, none, new Preimage[](0));
    }
}
