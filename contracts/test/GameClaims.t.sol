// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {Seal} from "../src/types/Dispute.sol";
import {GameTest} from "./base/GameTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice What may be claimed in a dispute, and for which bond.
contract GameClaimsTest is GameTest {
    uint256 private constant CONTEST_BOND = 1 ether;
    uint256 private constant CLAIM_BOND = 0.1 ether;
    uint256 private constant OPEN_BOND = 0.05 ether;

    View private lie;

    function setUp() public override {
        super.setUp();
        lie = contest();
    }

    function test_a_claim_is_recorded_and_told_with_its_list() public {
        Play memory p = play(truth, rootPlace());
        vm.expectEmit(address(game));
        emit IDisputeGame.Claimed(
            idOf(p.place.key), p.id, p.end, HONEST, game.clock(), p.root, p.list
        );
        postAs(HONEST, p);
        (address poster, uint256 posted, uint64 marked) = game.claimOf(p.id);
        assertEq(poster, HONEST);
        assertEq(posted, game.clock());
        assertEq(marked, 0);
    }

    function test_only_in_a_dispute_that_is_open() public {
        Play memory p = play(truth, rootPlace());
        for (uint256 i = 0; i < 4; ++i) {
            Play memory other = play(truth, rootPlace());
            if (i == 0) other.place.key.level = 1;
            if (i == 1) other.place.key.start = "elsewhere";
            if (i == 2) other.place.key.position = 1;
            if (i == 3) other.place.key.parent = p.id;
            bytes32 id = idOf(other.place.key);
            refuse(other, CONTEST_BOND, abi.encodeWithSelector(IDisputeGame.NotOpen.selector, id));
        }
    }

    function test_no_list_is_claimed_about_one_step() public {
        (,, Place memory last) = playDown(lie, 1);
        Play memory p = play(truth, rootPlace());
        p.place = last;
        refuse(p, CLAIM_BOND, abi.encodeWithSelector(IDisputeGame.WrongLevel.selector, 8));
    }

    function test_a_claim_exists_once_whoever_posts_it() public {
        Play memory p = postAs(HONEST, play(truth, rootPlace()));
        bytes memory reason = abi.encodeWithSelector(IDisputeGame.ClaimExists.selector, p.id);
        refuse(p, CONTEST_BOND, reason);
        Play memory theirs = postAs(CHEATER, play(lie, rootPlace()));
        Seal memory pair = pairOf(p, theirs);
        Play memory below = play(truth, sealAs(HONEST, p, theirs));
        postAs(HONEST, below);
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.ClaimExists.selector, below.id));
        vm.prank(CHEATER);
        game.sealAndClaim{value: 2 ether}(pair, below.list, below.run);
    }

    function test_in_the_root_only_ends_of_batch_claims() public {
        Play memory p = play(lieOf("unclaimed", 5, 5), rootPlace());
        refuse(p, CONTEST_BOND, abi.encodeWithSelector(IDisputeGame.UnknownEnd.selector, p.end));
    }

    function test_a_late_rival_takes_part() public {
        View memory late = lieOf("late", 5, 5);
        claimEnd(BOB, late.salt);
        postAs(BOB, play(late, rootPlace()));
    }

    function test_no_state_comes_with_units() public {
        Play memory p = play(truth, rootPlace());
        p.run = new bytes32[](8);
        refuse(p, CONTEST_BOND, abi.encodeWithSelector(IDisputeGame.WrongRunLength.selector, 8));
    }

    function test_a_run_comes_with_its_last_state() public {
        Place memory place = unitPlace(lie);
        Play memory p = play(truth, place);
        bytes32[] memory state = p.run;
        for (uint256 length = 0; length <= 41; ++length) {
            if (length == 8 || length == 40) continue;
            p.run = new bytes32[](length);
            bytes memory reason =
                abi.encodeWithSelector(IDisputeGame.WrongRunLength.selector, length);
            refuse(p, CLAIM_BOND, reason);
        }
        p.run = state;
        p.run[4] = "other";
        bytes32 hash = keccak256(abi.encodePacked(p.run));
        refuse(
            p,
            CLAIM_BOND,
            abi.encodeWithSelector(IDisputeGame.WrongLastState.selector, hash, p.list[63])
        );
        p.run[4] = 0;
        postAs(HONEST, p);
    }

    function test_a_run_that_fails_comes_with_its_input() public {
        View memory other = lieOf("other", 0, 5);
        claimEnd(BOB, other.salt);
        Place memory place = unitPlace(other);
        toy.spoil(first);
        Play memory p = play(truth, place);
        assertEq(uint256(p.run[3]) >> 96, 2);
        refuse(p, CLAIM_BOND, abi.encodeWithSelector(IDisputeGame.WrongRunLength.selector, 8));

        bytes32[32] memory cursor = firstCursor();
        p.run = withCursor(p.run, cursor);
        cursor[22] = bytes32(uint256(1));
        p.end = hashOf(cursor);
        p.id = keccak256(abi.encode(idOf(place.key), p.root, p.end));
        postAs(HONEST, p);

        Play memory q = play(other, place);
        q.run[3] = bytes32(uint256(1_000_000));
        (q.run[2], q.list[63]) = (0, keccak256(abi.encodePacked(q.run)));
        q.run = withCursor(q.run, cursor);
        refuse(
            q,
            CLAIM_BOND,
            abi.encodeWithSelector(IDisputeGame.WrongInput.selector, hashOf(cursor), first)
        );
    }

    function test_a_run_that_succeeds_may_come_with_its_input() public {
        View memory other = lieOf("other", 0, 5);
        claimEnd(BOB, other.salt);
        Play memory p = play(truth, unitPlace(other));
        p.run = withCursor(p.run, firstCursor());
        postAs(HONEST, p);
        assertEq(p.end, toy.cursorAt(1));
    }

    function test_bonds() public {
        Play memory ours = play(truth, rootPlace());
        Play memory theirs = play(lie, rootPlace());
        Play memory again = play(truth, rootPlace());
        again.list[5] = "squat";
        complete(again);
        underpay(ours, CONTEST_BOND);
        postAs(HONEST, ours);
        underpay(theirs, CONTEST_BOND);
        postAs(CHEATER, theirs);
        underpay(again, CLAIM_BOND);
        postAs(CHEATER, again);
        assertEq(address(game).balance, 2 * CONTEST_BOND + CLAIM_BOND);
        Place memory child = sealAs(HONEST, ours, theirs);
        assertEq(address(game).balance, 2 * CONTEST_BOND + CLAIM_BOND + OPEN_BOND);
        underpay(play(truth, child), CLAIM_BOND);
        postAs(HONEST, play(truth, child));
    }

    function test_both_bonds_are_due_with_both_moves() public {
        Play memory theirs = postAs(CHEATER, play(lie, rootPlace()));
        Play memory ours = play(truth, rootPlace());
        uint256 due = CONTEST_BOND + OPEN_BOND;
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.BondNotPaid.selector, due - 1, due));
        vm.prank(HONEST);
        game.claimAndSeal{value: due - 1}(
            ours.place.key, ours.list, ours.run, sideOf(theirs, 2), 2
        );
        Place memory child = postAndSealAs(HONEST, ours, theirs);
        Play memory reply = postAs(CHEATER, play(lie, child));
        Play memory next = postAs(HONEST, play(truth, child));
        Play memory below = play(truth, childAt(next, pairOf(next, reply).index));
        due = CLAIM_BOND + OPEN_BOND;
        vm.expectRevert(abi.encodeWithSelector(IDisputeGame.BondNotPaid.selector, due - 1, due));
        vm.prank(HONEST);
        game.sealAndClaim{value: due - 1}(pairOf(next, reply), below.list, below.run);
        vm.prank(HONEST);
        game.sealAndClaim{value: due}(pairOf(next, reply), below.list, below.run);
        (address poster,,) = game.claimOf(below.id);
        assertEq(poster, HONEST);
    }

    function test_what_is_sent_beyond_the_bond_is_owed_to_the_sender() public {
        Play memory ours = play(truth, rootPlace());
        vm.prank(HONEST);
        game.claim{value: CONTEST_BOND + 7}(ours.place.key, ours.list, ours.run);
        (uint128 bonds, uint128 refunds) = game.dueTo(HONEST);
        assertEq(bonds, 7);
        assertEq(refunds, 0);
    }

    /// @dev The dispute about the unit at which the view is first wrong.
    function unitPlace(View memory v) private returns (Place memory place) {
        place = rootPlace();
        for (uint256 level = 0; level < 4; ++level) {
            Play memory ours = play(truth, place);
            (address poster,,) = game.claimOf(ours.id);
            if (poster == address(0)) postAs(HONEST, ours);
            place = sealAs(HONEST, ours, postAs(CHEATER, play(v, place)));
        }
        assertEq(place.unit, v.unit);
    }

    function firstCursor() private view returns (bytes32[32] memory c) {
        bytes32 emptyFrontier = keccak256(new bytes(448));
        (c[1], c[2], c[3]) = (bytes32(uint256(1)), words[0], words[1]);
        (c[6], c[7], c[9]) = (genesis.end[6], genesis.end[7], genesis.end[9]);
        (c[11], c[15], c[16]) = (emptyFrontier, genesis.end[15], genesis.end[16]);
        (c[17], c[18], c[19], c[20], c[21]) = (words[2], words[3], words[4], words[5], words[6]);
        c[23] = emptyFrontier;
        assertEq(hashOf(c), first);
    }

    function withCursor(bytes32[] memory state, bytes32[32] memory cursor)
        private
        pure
        returns (bytes32[] memory run)
    {
        run = new bytes32[](40);
        for (uint256 i = 0; i < 40; ++i) {
            run[i] = i < 8 ? state[i] : cursor[i - 8];
        }
    }

    function underpay(Play memory p, uint256 due) private {
        refuse(p, due - 1, abi.encodeWithSelector(IDisputeGame.BondNotPaid.selector, due - 1, due));
    }

    function refuse(Play memory p, uint256 value, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(HONEST);
        game.claim{value: value}(p.place.key, p.list, p.run);
    }
}
