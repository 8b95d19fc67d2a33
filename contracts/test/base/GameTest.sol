// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DisputeGame} from "../../src/DisputeGame.sol";
import {Deployer} from "../../src/Deployer.sol";
import {ClaimId} from "../../src/types/ClaimId.sol";
import {
    ClaimKey,
    DisputeKey,
    Interval,
    Link,
    Preimage,
    Raise,
    Seal,
    Side
} from "../../src/types/Dispute.sol";
import {GavelTest} from "./GavelTest.sol";
import {Lists} from "./Lists.sol";
import {ToyVm} from "./ToyVm.sol";
import {vm} from "./Vm.sol";

/// @notice A contest about batch 1 on a toy machine: HONEST knows its every state, CHEATER follows
/// a lie from some step of some unit on through every level.
abstract contract GameTest is GavelTest {
    using Lists for bytes32[64];

    address internal constant HONEST = address(0x600D);
    address internal constant CHEATER = address(0xBAD);
    bytes32 internal constant IMAGE = keccak256("image");
    bytes32 internal constant TRUE_ROOT = "true";

    /// @dev A view of the batch: `salt` 0 is the truth. Cursors are false after unit `unit`, its
    /// run's states after step `step`; the batch ends with `end`.
    struct View {
        bytes32 salt;
        uint256 unit;
        uint256 step;
        bytes32 end;
    }

    /// @dev A dispute, and the unit whose run it is about (from level 4 on).
    struct Place {
        DisputeKey key;
        uint256 unit;
    }

    /// @dev A list as posted.
    struct Play {
        Place place;
        bytes32[64] list;
        bytes32 root;
        bytes32 end;
        bytes32 id;
        bytes32[] run;
    }

    ToyVm internal toy;
    DisputeGame internal game;
    Tip internal genesis;
    bytes32[7] internal words;
    bytes32[32] internal configWords;
    bytes32 internal first;
    Tip internal right;
    View internal truth;

    function setUp() public virtual override {
        super.setUp();
        toy = ToyVm(stepVerifier);
        vm.deal(HONEST, 1000 ether);
        vm.deal(CHEATER, 1000 ether);
        mine(1);
        postPages(somePages(1, 10, 1));
        mine(1);
        words = fix();
        genesis = genesisTip();
        first = firstHash(genesis, words);
        (, configWords) = systemConfig.configuration(1);
        bytes32[32] memory end = endOf(1, words, TRUE_ROOT);
        toy.set(first, hashOf(end));
        truth = View(0, 0, 0, hashOf(end));
        mine(1);
    }

    function judge() internal pure override returns (bytes memory) {
        return type(ToyVm).creationCode;
    }

    function courtSettings() internal pure virtual returns (Deployer.Settings memory s) {
        s = defaultSettings();
        s.config[2] = IMAGE;
    }

    function settingsOfChain() internal view virtual override returns (Deployer.Settings memory) {
        return courtSettings();
    }

    // Batch claims and the game.

    function claimEnd(address who, bytes32 root) internal returns (Tip memory) {
        return claimAs(who, genesis, words, endOf(1, words, root));
    }

    /// @notice HONEST claims the true end, CHEATER a false one, and the game is made.
    function contest() internal returns (View memory lie) {
        right = claimEnd(HONEST, TRUE_ROOT);
        lie = lieOf("lie", 777_777, 123_456);
        claimEnd(CHEATER, lie.salt);
        createGame();
    }

    function lieOf(bytes32 salt, uint256 unit, uint256 step) internal view returns (View memory) {
        return View(salt, unit, step, hashOf(endOf(1, words, salt)));
    }

    function createGame() internal returns (DisputeGame) {
        address made = factory.create(
            genesis.id, hashOf(genesis.end), 1, first, truth.end, words, configWords
        );
        game = DisputeGame(payable(made));
        return game;
    }

    // What a view says.

    function cursorAt(View memory v, uint256 units) internal view returns (bytes32) {
        if (v.salt == 0 || units <= v.unit) return toy.cursorAt(units);
        return units > 12_345_678 ? v.end : keccak256(abi.encode(v.salt, units));
    }

    function stateAt(View memory v, uint256 unit, uint256 steps)
        internal
        view
        returns (bytes32[8] memory s)
    {
        uint256 count = steps < 1_000_000 ? steps : 1_000_000;
        (s[0], s[1], s[3]) = (IMAGE, cursorAt(v, unit), bytes32(count));
        bool lies = v.salt != 0 && unit == v.unit && steps > v.step;
        if (lies) s[4] = v.salt;
        if (count < 1_000_000) return s;
        if (!lies && toy.bad(s[1])) {
            s[3] = bytes32(count | 2 << 96);
        } else {
            s[3] = bytes32(count | 1 << 96);
            s[2] = cursorAt(v, unit + 1);
        }
    }

    function rootPlace() internal view returns (Place memory place) {
        place.key = DisputeKey(0, first, 0, 0);
    }

    function partOf(uint256 level) internal pure returns (uint256) {
        return 64 ** (level < 4 ? 3 - level : 7 - level);
    }

    function valueAt(View memory v, Place memory p, uint256 k) internal view returns (bytes32) {
        uint256 position = p.key.position + (k + 1) * partOf(p.key.level);
        if (p.key.level < 4) return cursorAt(v, position);
        return keccak256(abi.encode(stateAt(v, p.unit, position)));
    }

    function play(View memory v, Place memory p) internal view returns (Play memory made) {
        made.place = p;
        for (uint256 k = 0; k < 64; ++k) {
            made.list[k] = valueAt(v, p, k);
        }
        complete(made);
        if (p.key.level == 4) {
            made.end = cursorAt(v, p.unit + 1);
            bytes32[8] memory last = stateAt(v, p.unit, 64 ** 4);
            made.run = new bytes32[](8);
            for (uint256 i = 0; i < 8; ++i) {
                made.run[i] = last[i];
            }
            made.id = keccak256(abi.encode(idOf(p.key), made.root, made.end));
        }
    }

    /// @notice Fills in what follows from the list.
    function complete(Play memory p) internal pure {
        p.root = p.list.root();
        p.end = p.list[63];
        p.id = keccak256(abi.encode(idOf(p.place.key), p.root, p.end));
    }

    function idOf(DisputeKey memory key) internal pure returns (bytes32) {
        return keccak256(abi.encode(key.level, key.start, key.position, key.parent));
    }

    /// @notice The dispute of interval k of a list.
    function childAt(Play memory p, uint256 k) internal pure returns (Place memory child) {
        DisputeKey memory key = p.place.key;
        bytes32 start = k == 0 ? key.start : p.list[k - 1];
        child.key = DisputeKey(key.level + 1, start, 0, idOf(key));
        if (key.level == 3) {
            bytes32[8] memory s;
            (s[0], s[1]) = (IMAGE, start);
            child.key.start = keccak256(abi.encode(s));
            child.unit = key.position + k;
        } else {
            child.key.position = key.position + k * partOf(key.level);
            child.unit = p.place.unit;
        }
    }

    // Moves.

    function postAs(address who, Play memory p) internal returns (Play memory) {
        uint256 bond = game.claimBondDue(p.place.key, p.end);
        vm.prank(who);
        bytes32 id = game.claim{value: bond}(p.place.key, p.list, p.run);
        assertEq(id, p.id);
        return p;
    }

    function sideOf(Play memory p, uint256 k) internal pure returns (Side memory) {
        return Side(p.root, p.end, p.list.entry(k));
    }

    function pairOf(Play memory x, Play memory y) internal pure returns (Seal memory s) {
        uint256 k = x.list.firstDifference(y.list);
        return pairAt(x, y, k);
    }

    function pairAt(Play memory x, Play memory y, uint256 k)
        internal
        pure
        returns (Seal memory s)
    {
        s.dispute = x.place.key;
        (s.x, s.y, s.index) = (sideOf(x, k), sideOf(y, k), k);
        if (k != 0 && k % 2 == 0) s.before = x.list.entry(k - 1);
    }

    function sealAs(address who, Play memory x, Play memory y)
        internal
        returns (Place memory child)
    {
        Seal memory pair = pairOf(x, y);
        uint256 bond = openBondFor(childAt(x, pair.index));
        vm.prank(who);
        bytes32 id = game.seal{value: bond}(pair);
        child = childAt(x, pair.index);
        assertEq(id, idOf(child.key));
    }

    function postAndSealAs(address who, Play memory p, Play memory rival)
        internal
        returns (Place memory child)
    {
        uint256 k = p.list.firstDifference(rival.list);
        child = childAt(p, k);
        uint256 bond = game.claimBondDue(p.place.key, p.end) + openBondFor(child);
        vm.prank(who);
        game.claimAndSeal{value: bond}(p.place.key, p.list, p.run, sideOf(rival, k), k);
    }

    function openBondFor(Place memory child) internal view returns (uint256) {
        (address opener,) = game.disputeOf(idOf(child.key));
        return opener == address(0) ? game.stakes().openBond : 0;
    }

    function stepAs(address who, View memory v, Place memory p) internal {
        bytes32[] memory none = new bytes32[](0);
        bytes32[8] memory state = stateAt(v, p.unit, p.key.position);
        vm.prank(who);
        game.step(p.key, state, none, none, new Preimage[](0));
    }

    function intervalOf(Play memory p, uint256 k) internal pure returns (Interval memory i) {
        i.right = p.list.entry(k);
        if (k != 0 && k % 2 == 0) i.left = p.list.entry(k - 1);
    }

    function keyOf(Play memory p) internal pure returns (ClaimKey memory) {
        return ClaimKey(p.place.key, p.root, p.end);
    }

    function raiseOf(Play memory p) internal view returns (Raise memory r) {
        (,, uint64 marked) = game.claimOf(p.id);
        uint256 count = 0;
        for (uint256 k = 0; k < 64; ++k) {
            count += marked >> k & 1;
        }
        r.claim = keyOf(p);
        r.marked = new Interval[](count);
        count = 0;
        for (uint256 k = 0; k < 64; ++k) {
            if (marked >> k & 1 == 1) r.marked[count++] = intervalOf(p, k);
        }
    }

    /// @notice All of them, the last first.
    function raisesOf(Play[] memory plays) internal view returns (Raise[] memory raises) {
        raises = new Raise[](plays.length);
        for (uint256 i = 0; i < plays.length; ++i) {
            raises[i] = raiseOf(plays[plays.length - 1 - i]);
        }
    }

    function raiseOne(Play memory p) internal {
        Raise[] memory raises = new Raise[](1);
        raises[0] = raiseOf(p);
        game.raise(raises);
    }

    function timeOf(Play memory p) internal view returns (uint256) {
        return timeOf(p.place, p.end);
    }

    function timeOf(Place memory place, bytes32 end) internal view returns (uint256) {
        (uint40[4] memory times,) = game.supportOf(idOf(place.key), end);
        return times[0];
    }

    function linkOf(Play memory p, uint256 k, bytes32 childRoot)
        internal
        pure
        returns (Link memory)
    {
        return Link(keyOf(p), k, intervalOf(p, k), childRoot);
    }

    /// @notice Both sides go down to the step where they differ, the cheater first at each level.
    /// @param pace seconds between moves
    function playDown(View memory lie, uint256 pace)
        internal
        returns (Play[] memory ours, Play[] memory theirs, Place memory last)
    {
        (ours, theirs) = (new Play[](8), new Play[](8));
        last = rootPlace();
        for (uint256 level = 0; level < 8; ++level) {
            theirs[level] = postAs(CHEATER, play(lie, last));
            vm.warp(block.timestamp + pace);
            ours[level] = play(truth, last);
            last = postAndSealAs(HONEST, ours[level], theirs[level]);
            vm.warp(block.timestamp + pace);
        }
    }

    function resolveFor(Tip memory tip, Play[] memory plays) internal {
        Raise[] memory raises = raisesOf(plays);
        game.resolve(hashOf(tip.end), raises);
    }

    function confirmWinner(bytes32 endHash) internal returns (ClaimId id) {
        id = game.winner();
        registry.confirm(id, first, endHash);
    }
}
