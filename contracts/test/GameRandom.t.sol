// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GameModel} from "./base/GameModel.sol";
import {LaneTest} from "./base/LaneTest.sol";
import {Lists} from "./base/Lists.sol";
import {vm} from "./base/Vm.sol";

/// @notice Random players: lists that are true, follow a lie, or are true and false in turns,
/// seals between any of them, steps, proofs, pauses and bringing up in any order. Whatever they
/// do, every time and every verdict is the model's.
contract GameRandomTest is LaneTest {
    using Lists for bytes32[64];

    error GameFailed(uint256 seed, bytes reason);

    uint256 private constant GAMES_EACH = 256;

    GameModel private model;
    uint256 private random;
    /// @dev Numbered as in the model.
    Place[] private places;
    Play[] private plays;
    /// @dev Per place: the two values between which it was opened.
    bytes32[2][] private wanted;
    bytes32[] private ends;
    uint256 private pausedSeconds;
    uint256 private pausedUntil;

    function creditOf(uint256 lane) internal pure override returns (uint64) {
        return lane == 0 ? 2 days : 4 days;
    }

    function test_games_1() public {
        playGames(1);
    }

    function test_games_2() public {
        playGames(2);
    }

    function test_games_3() public {
        playGames(3);
    }

    function test_games_4() public {
        playGames(4);
    }

    function playGames(uint256 part) private {
        uint256 state = vm.snapshotState();
        for (uint256 i = 0; i < GAMES_EACH; ++i) {
            uint256 seed = part * 1_000_000 + i;
            try this.playGame(seed) {}
            catch (bytes memory reason) {
                revert GameFailed(seed, reason);
            }
            vm.revertToState(state);
        }
    }

    function playGame(uint256 seed) external {
        random = seed;
        begin();
        uint256 depth = below(4) == 0 ? 8 : 0;
        for (uint256 i = 0; i < depth; ++i) {
            descend();
        }
        uint256 moves = 8 + below(20);
        for (uint256 i = 0; i < moves; ++i) {
            move(below(16));
            if (below(3) == 0) wait();
        }
        compareAll();
        judgeAll();
    }

    function begin() private {
        model = new GameModel(creditOf(0), creditOf(1), false, false);
        right = claimEnd(HONEST, TRUE_ROOT);
        wait();
        for (uint256 i = 0; i < 3; ++i) {
            if (i != 0) claimEnd(CHEATER, bytes32(i));
            ends.push(i == 0 ? truth.end : hashOf(endOf(1, words, bytes32(i))));
        }
        createGame();
        model.openRoot(first);
        places.push(rootPlace());
        wanted.push([ends[0], ends[1]]);
    }

    function move(uint256 kind) private {
        if (kind < 3) descend();
        else if (kind < 7) postRandom(below(places.length));
        else if (kind < 10) sealRandom();
        else if (kind == 10) stepRandom();
        else if (kind == 11) creditRandom();
        else if (kind == 12) pauseRandom();
        else if (kind == 13) compareAll();
        else if (plays.length != 0) raiseBoth(below(plays.length));
    }

    /// @dev The newest place: a true list, a false one, and the seal between them.
    function descend() private {
        uint256 place = places.length - 1;
        if (places[place].key.level == 8) return;
        uint256 x = post(place, play(truth, places[place]));
        uint256 y = post(place, play(liar(1), places[place]));
        if (x != type(uint256).max && y != type(uint256).max) seal(x, y);
    }

    function postRandom(uint256 place) private {
        Place memory where = places[place];
        if (where.key.level == 8) return;
        uint256 base = below(3);
        Play memory p = play(base == 0 ? truth : liar(base), where);
        for (uint256 i = below(4); i > 0; --i) {
            p.list[below(2) == 0 ? below(63) : below(4)] = bytes32(below(3) + 1);
        }
        bytes32 end = where.key.level == 0 ? ends[below(3)] : wanted[place][below(2)];
        if (where.key.level == 4) {
            bytes32[] memory state = p.run;
            (state[2], state[3]) = (end, bytes32(uint256(1 << 96)));
            p.list[63] = keccak256(abi.encodePacked(state));
            complete(p);
            (p.run, p.end) = (state, end);
            p.id = keccak256(abi.encode(idOf(where.key), p.root, end));
        } else {
            if (where.key.level == 0 || below(2) == 0) p.list[63] = end;
            complete(p);
        }
        post(place, p);
    }

    function post(uint256 place, Play memory p) private returns (uint256 number) {
        (address poster,,) = game.claimOf(p.id);
        if (poster != address(0)) return type(uint256).max;
        if (p.place.key.level == 0 && p.end != ends[0] && p.end != ends[1] && p.end != ends[2]) {
            return type(uint256).max;
        }
        postAs(below(2) == 0 ? HONEST : CHEATER, p);
        number = model.post(place, p.list, p.end, timeNow());
        assertEq(number, plays.length);
        plays.push(p);
    }

    function sealRandom() private {
        if (plays.length < 2) return;
        uint256 x = below(plays.length);
        for (uint256 i = 0; i < plays.length; ++i) {
            uint256 y = (x + 1 + i) % plays.length;
            if (x != y && idOf(plays[x].place.key) == idOf(plays[y].place.key)) {
                return seal(x, y);
            }
        }
    }

    function seal(uint256 a, uint256 b) private {
        (Play memory x, Play memory y) = (plays[a], plays[b]);
        uint256 index = x.list.firstDifference(y.list);
        (,, uint64 marksX) = game.claimOf(x.id);
        (,, uint64 marksY) = game.claimOf(y.id);
        if (index == 64 || (marksX & marksY) >> index & 1 == 1) return;
        Place memory child = sealAs(CHEATER, x, y);
        uint256 number = model.seal(a, b, child.key.start, timeNow());
        if (number == places.length) {
            places.push(child);
            wanted.push([x.list[index], y.list[index]]);
        }
    }

    function stepRandom() private {
        for (uint256 i = places.length; i > 0; --i) {
            Place memory p = places[i - 1];
            if (p.key.level != 8) continue;
            for (uint256 v = 0; v < 3; ++v) {
                View memory by = v == 0 ? truth : liar(v);
                bytes32[8] memory state = stateAt(by, p.unit, p.key.position);
                if (keccak256(abi.encode(state)) != p.key.start) continue;
                bytes32[] memory none = new bytes32[](0);
                bytes32 next = toy.step(state, none, none);
                if (game.stepperOf(idOf(p.key), next) != address(0)) break;
                stepAs(HONEST, by, p);
                model.step(i - 1, next);
                return;
            }
        }
    }

    function creditRandom() private {
        uint256 lane = below(2);
        uint256 place = below(places.length);
        Place memory p = places[place];
        if (p.key.level == 8) return;
        bytes32 end = wanted[place][below(2)];
        if (game.proverOf(idOf(p.key), end, lane) != address(0)) return;
        proveAs(HONEST, lane, p.key, end);
        model.credit(place, end, lane);
    }

    function pauseRandom() private {
        if (superchainConfig.paused()) {
            vm.prank(GUARDIAN);
            superchainConfig.unpause();
            pausedSeconds -= pausedUntil - block.timestamp;
            pausedUntil = block.timestamp;
            return;
        }
        uint64 duration = uint64(1 + below(1 days));
        vm.prank(GUARDIAN);
        superchainConfig.pause(duration);
        pausedSeconds += duration;
        pausedUntil = block.timestamp + duration;
    }

    function raiseBoth(uint256 number) private {
        raiseOne(plays[number]);
        model.raise(number, timeNow());
        comparePair(number);
    }

    /// @dev Everything is brought up, the deepest first: now nothing is left to bring up.
    function compareAll() private {
        assertEq(game.clock(), timeNow());
        for (uint256 level = 8; level > 0; --level) {
            for (uint256 i = 0; i < plays.length; ++i) {
                if (plays[i].place.key.level == level - 1) raiseBoth(i);
            }
        }
        for (uint256 i = 0; i < plays.length; ++i) {
            comparePair(i);
        }
    }

    function comparePair(uint256 number) private view {
        bytes32 id = idOf(plays[number].place.key);
        bytes32 end = plays[number].end;
        uint256 place = numberOf(id);
        (uint40[4] memory times, bytes11 best) = game.supportOf(id, end);
        for (uint256 set = 0; set < 4; ++set) {
            assertEq(times[set], model.keptOf(place, end, set));
        }
        uint256 claim = model.bestOf(place, end);
        bytes11 expected = claim == 0 ? bytes11(0) : bytes11(plays[claim - 1].id);
        assertEq(bytes32(best), bytes32(expected));
    }

    function judgeAll() private {
        bool decided = false;
        uint256 from = below(3);
        for (uint256 i = 0; i < 3; ++i) {
            bytes32 end = ends[(from + i) % 3];
            uint256 own = 0;
            for (uint256 lane = 0; lane < 2; ++lane) {
                if (below(6) != 0 || decided) continue;
                proveBatch(HONEST, lane, end);
                own |= 1 << lane;
            }
            uint256 time = verdict(end, own);
            assertEq(game.earnedTime(end), time);
            bool wins = !decided && time >= WINDOW;
            try game.resolve(end, raisesOf(new Play[](0))) {
                assertTrue(wins, "wins too early, or second");
                decided = true;
            } catch {
                assertTrue(!wins, "does not win");
            }
        }
    }

    function verdict(bytes32 end, uint256 own) private view returns (uint256 time) {
        time = model.supportOf(0, end, own, timeNow(), true);
        assertEq(time, model.supportOf(0, end, own, timeNow(), false));
        for (uint256 lane = 0; lane < 2; ++lane) {
            if (own >> lane & 1 == 1) time += creditOf(lane);
        }
        time += unrivalled(end);
        if (time > model.INFINITY()) time = model.INFINITY();
    }

    function unrivalled(bytes32 end) private view returns (uint256) {
        return end == truth.end ? rivalledAt : 0;
    }

    uint256 private rivalledAt;

    function wait() private {
        uint256 time = [uint256(1), 60, 3600, 20 hours, 2 days, 4 days][below(6)];
        vm.warp(block.timestamp + time);
        if (address(game) == address(0)) rivalledAt += time;
    }

    function timeNow() private view returns (uint256) {
        uint256 ahead = pausedUntil > block.timestamp ? pausedUntil - block.timestamp : 0;
        return block.timestamp - uint256(words[4]) / 1000 - (pausedSeconds - ahead);
    }

    function numberOf(bytes32 id) private view returns (uint256 number) {
        while (idOf(places[number].key) != id) ++number;
    }

    function liar(uint256 number) private view returns (View memory) {
        return View(bytes32(number), 777_777 * number, 123_456, ends[number]);
    }

    function below(uint256 n) private returns (uint256) {
        random = uint256(keccak256(abi.encode(random)));
        return random % n;
    }
}
