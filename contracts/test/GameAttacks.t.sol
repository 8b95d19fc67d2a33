// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Assertions} from "./base/Assertions.sol";
import {GameModel} from "./base/GameModel.sol";
import {GameTest} from "./base/GameTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Disputes opened in advance at every level, then one fresh claim in each when a
/// censorship starts that keeps only honest transactions out. Whatever share of the window it
/// lasts, the wrong end earns that share at most.
contract GameAttacksTest is GameTest {
    Place[9] private places;
    Play[8] private truths;
    Play[8] private fresh;

    function test_disputes_opened_in_advance_do_not_add_up_one_censorship() public {
        for (uint256 i = 0; i < 7; ++i) {
            uint256 state = vm.snapshotState();
            repelPrepared(WINDOW * [uint256(9), 13, 20, 34, 60, 80, 90][i] / 100);
            vm.revertToState(state);
        }
    }

    function repelPrepared(uint256 censored) private {
        View memory lie = prepare();
        // The censorship starts: a fresh claim a level, each to support the one above.
        bytes32 end = lie.end;
        for (uint256 level = 0; level < 8; ++level) {
            fresh[level] = postAs(CHEATER, falseList(places[level], "new", end));
            end = fresh[level].list[0];
        }
        Play memory delaying = play(truth, rootPlace());
        (delaying.list[1], delaying.list[63]) = ("delay", lie.end);
        complete(delaying);
        Place memory aside = sealAs(CHEATER, truths[0], postAs(CHEATER, delaying));
        uint256 start = block.timestamp;
        vm.warp(start + censored);
        raiseFresh(); // the best moment: nothing of it is sealed
        for (uint256 level = 0; level < 8; ++level) {
            sealAs(HONEST, truths[level], fresh[level]);
        }
        Play memory answer = postAs(HONEST, play(truth, aside));
        while (game.earnedTime(truth.end) < WINDOW) {
            vm.warp(block.timestamp + WINDOW / 20);
            raiseFresh();
            assertTrue(game.earnedTime(lie.end) <= censored, "a wrong end earns more");
            raiseOne(answer);
            for (uint256 level = 8; level > 0; --level) {
                raiseOne(truths[level - 1]);
            }
        }
        assertTrue(
            block.timestamp <= start + WINDOW + censored + WINDOW / 20, "the right end is late"
        );
        game.resolve(truth.end, raisesOf(new Play[](0)));
    }

    /// @dev Every level open along the left edge, the honest side prompt in each.
    function prepare() private returns (View memory lie) {
        lie = contest();
        bytes32 end = lie.end;
        places[0] = rootPlace();
        for (uint256 level = 0; level < 8; ++level) {
            truths[level] = postAs(HONEST, play(truth, places[level]));
            Play memory old = postAs(CHEATER, falseList(places[level], "old", end));
            places[level + 1] = sealAs(HONEST, truths[level], old);
            end = old.list[0];
        }
        stepAs(HONEST, truth, places[8]);
        vm.warp(block.timestamp + 1);
    }

    function raiseFresh() private {
        for (uint256 level = 8; level > 0; --level) {
            raiseOne(fresh[level - 1]);
        }
    }

    /// @dev Nothing in it is true; it supports `end`.
    function falseList(Place memory place, bytes32 salt, bytes32 end)
        private
        view
        returns (Play memory p)
    {
        p = play(truth, place);
        for (uint256 k = 0; k < 63; ++k) {
            p.list[k] = keccak256(abi.encode(salt, place.key.level, k));
        }
        bytes32[] memory state = p.run;
        if (place.key.level == 4) {
            (state[2], state[4]) = (end, salt);
            p.list[63] = keccak256(abi.encodePacked(state));
        } else {
            p.list[63] = end;
        }
        complete(p);
        if (place.key.level == 4) {
            (p.end, p.run) = (end, state);
            p.id = keccak256(abi.encode(idOf(place.key), p.root, p.end));
        }
    }

    function test_an_answer_that_is_late_counts_once() public {
        uint256 censored = 3 days;
        View memory lie = contest();
        Play memory ours = postAs(HONEST, play(truth, rootPlace()));
        Play memory trap = setTrap(lie);
        vm.warp(block.timestamp + 1);
        postAs(CHEATER, trap);
        Play memory wrong = postAs(CHEATER, play(lie, rootPlace()));
        vm.warp(block.timestamp + censored);
        raiseOne(trap);
        Place memory child = sealAs(HONEST, ours, wrong);
        Play memory below = springTrap(child, wrong.list[2]);
        vm.warp(block.timestamp + WINDOW);
        raiseOne(below);
        raiseOne(wrong);
        assertEq(game.earnedTime(lie.end), censored);
    }

    /// @dev Opens, through a false start, a dispute of level 2 with a true start; returns a list
    /// that supports "w" in it.
    function setTrap(View memory lie) private returns (Play memory trap) {
        Play memory a = play(truth, rootPlace());
        Play memory b = play(truth, rootPlace());
        (a.list[1], a.list[2], b.list[1], b.list[2]) = ("s", "a", "s", "b");
        (a.list[63], b.list[63]) = (lie.end, lie.end);
        complete(a);
        complete(b);
        Place memory side = sealAs(CHEATER, postAs(CHEATER, a), postAs(CHEATER, b));
        Play memory x = play(truth, side);
        Play memory y = play(truth, side);
        y.list[40] = "y";
        complete(y);
        Place memory early = sealAs(CHEATER, postAs(CHEATER, x), postAs(CHEATER, y));
        trap = play(truth, early);
        (trap.list[0], trap.list[63]) = ("trap", "w");
        complete(trap);
    }

    /// @dev A list in the dispute that the honest side opened late, with the trap's interval.
    function springTrap(Place memory child, bytes32 end) private returns (Play memory below) {
        Play memory answer = postAs(HONEST, play(truth, child));
        below = play(truth, child);
        (below.list[40], below.list[63]) = ("w", end);
        complete(below);
        sealAs(HONEST, answer, postAs(CHEATER, below));
    }
}

/// @notice The same attacks in the model, with rules that look as good and are not.
contract WrongRulesTest is Assertions {
    uint256 private constant WINDOW = 7 days;
    bytes32 private constant FALSE_END = "false end";

    function test_counting_until_the_own_seal_loses_to_one_short_censorship() public {
        uint256 censored = WINDOW * 13 / 100;
        assertTrue(attack(new GameModel(0, 0, true, false), censored) >= WINDOW, "it holds");
        assertEq(attack(new GameModel(0, 0, false, false), censored), censored);
    }

    function test_children_without_their_parents_name_count_one_censorship_twice() public {
        assertEq(attackThroughFalseStart(new GameModel(0, 0, false, true)), 2 * 3 days);
        assertEq(attackThroughFalseStart(new GameModel(0, 0, false, false)), 3 days);
    }

    /// @dev Time of the wrong end: a fresh claim in each of eight disputes opened before.
    function attack(GameModel model, uint256 censored) private returns (uint256) {
        model.openRoot("start");
        uint256[8] memory ours;
        uint256[8] memory fresh;
        uint256[9] memory disputes;
        bytes32 end = FALSE_END;
        for (uint256 level = 0; level < 8; ++level) {
            ours[level] = model.post(disputes[level], list("true", level, "true"), "true", 0);
            bytes32[64] memory old = list("old", level, end);
            uint256 rival = model.post(disputes[level], old, end, 0);
            disputes[level + 1] = model.seal(ours[level], rival, "state", 0);
            end = old[0];
        }
        end = FALSE_END;
        for (uint256 level = 0; level < 8; ++level) {
            bytes32[64] memory values = list("new", level, end);
            fresh[level] = model.post(disputes[level], values, end, 1);
            end = values[0];
        }
        for (uint256 level = 8; level > 0; --level) {
            model.raise(fresh[level - 1], 1 + censored);
        }
        for (uint256 level = 0; level < 8; ++level) {
            model.seal(ours[level], fresh[level], "state", 1 + censored);
        }
        return brought(model, fresh, disputes[8], 1 + WINDOW);
    }

    /// @dev The step is proved for neither; then every fresh claim is brought up.
    function brought(GameModel model, uint256[8] memory fresh, uint256 last, uint256 time)
        private
        returns (uint256)
    {
        model.step(last, "true");
        for (uint256 level = 8; level > 0; --level) {
            model.raise(fresh[level - 1], time);
        }
        return model.supportOf(0, FALSE_END, 0, time, true);
    }

    function attackThroughFalseStart(GameModel model) private returns (uint256) {
        uint256 late = 1 + 3 days;
        model.openRoot("start");
        uint256 ours = model.post(0, list("true", 0, "true"), "true", 0);
        // The censorship: a claim in a dispute opened before, and one in the root.
        uint256 early = openEarly(model);
        uint256 guard = model.post(early, list("true", 2, "true"), "true", 0);
        uint256 trap = model.post(early, list("trap", 2, "w"), "w", 1);
        bytes32[64] memory wrong = list("true", 0, FALSE_END);
        wrong[1] = "wrong";
        uint256 top = model.post(0, wrong, FALSE_END, 1);
        model.raise(trap, late);
        model.seal(guard, trap, "", late);
        uint256 below = spring(model, model.seal(ours, top, "", late), late);
        model.raise(below, late + WINDOW);
        model.raise(top, late + WINDOW);
        return model.supportOf(0, FALSE_END, 0, late + WINDOW, false);
    }

    /// @dev A false start, in whose dispute two lists name the true value before index 5.
    function openEarly(GameModel model) private returns (uint256) {
        bytes32[64] memory values = list("s", 0, FALSE_END);
        uint256 a = model.post(0, values, FALSE_END, 0);
        values[1] = "b";
        uint256 side = model.seal(a, model.post(0, values, FALSE_END, 0), "", 0);
        values = list("true", 1, "any");
        a = model.post(side, values, "any", 0);
        values[5] = "y";
        return model.seal(a, model.post(side, values, "any", 0), "", 0);
    }

    /// @dev In the dispute that was opened late, a list with the early one's interval.
    function spring(GameModel model, uint256 child, uint256 late) private returns (uint256 below) {
        bytes32[64] memory values = list("true", 1, "true");
        uint256 answer = model.post(child, values, "true", late);
        (values[5], values[63]) = ("w", "wrong");
        below = model.post(child, values, "wrong", late);
        model.seal(answer, below, "", late);
    }

    function list(bytes32 salt, uint256 level, bytes32 end)
        private
        pure
        returns (bytes32[64] memory values)
    {
        for (uint256 k = 0; k < 63; ++k) {
            values[k] = keccak256(abi.encode(salt, level, k));
        }
        values[63] = end;
    }
}
