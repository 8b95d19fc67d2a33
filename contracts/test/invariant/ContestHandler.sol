// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DisputeGame} from "../../src/DisputeGame.sol";
import {ClaimId} from "../../src/types/ClaimId.sol";
import {Link, Raise} from "../../src/types/Dispute.sol";
import {GameTest} from "../base/GameTest.sol";
import {Lists} from "../base/Lists.sol";
import {vm} from "../base/Vm.sol";

/// @notice A cheater who may do anything, at any time and in any order, against one honest party
/// who answers whatever has a true start before more than `LATENESS` passes. Keeps the sum of
/// what was paid into the game.
contract ContestHandler is GameTest {
    using Lists for bytes32[64];

    uint256 private constant LATENESS = 2 hours;

    /// @dev Places whose start, and that of every dispute above, is true; with the truth's list.
    Place[] private places;
    mapping(uint256 place => Play) private truths;
    mapping(uint256 place => bool) private answered;
    mapping(uint256 place => Play[]) private rivals;
    mapping(uint256 place => uint256) private sealedRivals;
    bytes32[] private ends;
    uint256 public paidIn;
    uint256 public paidOut;
    /// @notice The first rule that was seen broken.
    string public violation;

    constructor() {
        setUp();
        right = claimEnd(HONEST, TRUE_ROOT);
        ends.push(hashOf(endOf(1, words, "lie")));
        claimEnd(CHEATER, "lie");
        createGame();
        places.push(rootPlace());
        answer();
    }

    function theGame() external view returns (DisputeGame) {
        return game;
    }

    function rightId() external view returns (ClaimId) {
        return right.id;
    }

    function rivalBatch(uint256 root) external {
        if (ends.length == 4) return;
        bytes32 salt = bytes32(root % 1000 + 1);
        vm.deal(CHEATER, 1000 ether);
        claimEnd(CHEATER, salt);
        ends.push(hashOf(endOf(1, words, salt)));
    }

    /// @dev A list that is true up to some value and false after it, sometimes sealed at once.
    function attack(uint256 place, uint256 unit, uint256 step, uint256 end) external {
        if (decided()) return;
        place = place % 2 == 0 ? places.length - 1 : place % places.length;
        Place memory where = places[place];
        if (where.key.level == 8) return;
        View memory lie = View(
            keccak256(abi.encode(unit, step, end)),
            where.key.level < 4
                ? where.key.position + unit % (64 * partOf(where.key.level))
                : where.unit,
            where.key.position + step % (64 * partOf(where.key.level)),
            end % 5 == 0 ? truth.end : ends[end % ends.length]
        );
        Play memory p = play(lie, where);
        if (where.key.level != 4 && where.key.level != 0 && end % 3 == 0) {
            p.list[63] = play(truth, where).list[63];
            complete(p);
        }
        uint256 bond = game.claimBondDue(where.key, p.end);
        vm.deal(CHEATER, bond);
        vm.prank(CHEATER);
        try game.claim{value: bond}(where.key, p.list, p.run) {
            paidIn += bond;
            rivals[place].push(p);
        } catch {}
    }

    /// @notice Time passes, and everything that waits for the honest side is answered in it.
    function wait(uint256 time, bool long) external {
        if (decided()) return;
        vm.warp(block.timestamp + time % LATENESS);
        answer();
        if (long) vm.warp(block.timestamp + time % 2 days);
    }

    function pause(uint256 time) external {
        vm.prank(GUARDIAN);
        try superchainConfig.pause(uint64(1 + time % 6 hours)) {} catch {}
    }

    /// @notice Whoever can be decided for, is: everything brought up, lies first.
    function judge(uint256 seed) external {
        if (decided()) return;
        answer();
        raiseEverything();
        for (uint256 i = 0; i < ends.length; ++i) {
            try game.resolve(ends[(seed % ends.length + i) % ends.length], new Raise[](0)) {
                violation = "a wrong end won";
            } catch {}
        }
        uint256 time = game.clock();
        try game.resolve(truth.end, new Raise[](0)) {
            if (time < WINDOW) violation = "won before the window";
        } catch {
            // At most a claim, a seal and a step at each level can wait.
            if (time > WINDOW + 30 * LATENESS) violation = "the right end did not win in time";
        }
    }

    /// @notice Money leaves only once it may, and to whom it is due.
    function finish() external {
        if (!decided()) return;
        if (registry.confirmedAt(right.id, truth.end) == 0) confirmWinner(truth.end);
        try game.settleRoot(truths[0].root) {
            settleBelow(0);
        } catch {}
        vm.warp(block.timestamp + 8 hours);
        for (uint256 i = 0; i < 2; ++i) {
            address who = i == 0 ? HONEST : CHEATER;
            uint256 before = who.balance;
            (uint128 bonds, uint128 refunds) = game.dueTo(who);
            vm.prank(who);
            try game.collect() {
                uint256 paid = who.balance - before;
                paidOut += paid;
                if (paid < bonds || paid > bonds + refunds) violation = "paid another amount";
            } catch {}
        }
    }

    function decided() public view returns (bool) {
        return ClaimId.unwrap(game.winner()) != 0;
    }

    function answer() private {
        vm.deal(HONEST, 1000 ether);
        uint256 before = address(game).balance;
        for (uint256 i = 0; i < places.length; ++i) {
            answerIn(i);
        }
        paidIn += address(game).balance - before;
    }

    function answerIn(uint256 place) private {
        Place memory where = places[place];
        if (!answered[place]) {
            answered[place] = true;
            if (where.key.level == 8) {
                stepAs(HONEST, truth, where);
                return;
            }
            truths[place] = play(truth, where);
            (address poster,,) = game.claimOf(truths[place].id);
            if (poster == address(0)) postAs(HONEST, truths[place]);
        }
        if (where.key.level == 8) return;
        Play memory ours = truths[place];
        for (uint256 i = sealedRivals[place]; i < rivals[place].length; ++i) {
            Play memory rival = rivals[place][i];
            if (rival.id == ours.id) continue;
            uint256 k = ours.list.firstDifference(rival.list);
            Place memory child = childAt(ours, k);
            (address opener,) = game.disputeOf(idOf(child.key));
            sealAs(HONEST, ours, rival);
            if (opener == address(0)) places.push(child);
        }
        sealedRivals[place] = rivals[place].length;
    }

    function raiseEverything() private {
        for (uint256 level = 8; level > 0; --level) {
            for (uint256 i = 0; i < places.length; ++i) {
                if (places[i].key.level != level - 1) continue;
                for (uint256 j = 0; j < rivals[i].length; ++j) {
                    raiseOne(rivals[i][j]);
                }
                raiseOne(truths[i]);
            }
        }
    }

    function settleBelow(uint256 place) private {
        for (uint256 i = 1; i < places.length; ++i) {
            if (places[i].key.parent != idOf(places[place].key)) continue;
            Play memory ours = truths[place];
            uint256 k = 0;
            while (idOf(childAt(ours, k).key) != idOf(places[i].key)) ++k;
            Link[] memory links = new Link[](1);
            links[0] = linkOf(ours, k, places[i].key.level == 8 ? bytes32(0) : truths[i].root);
            game.settle(links);
            settleBelow(i);
        }
    }
}
