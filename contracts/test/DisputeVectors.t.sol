// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DisputeGame} from "../src/DisputeGame.sol";
import {StepVerifier} from "../src/StepVerifier.sol";
import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {IDisputeGameFactory} from "../src/interfaces/IDisputeGameFactory.sol";
import {IPreimageOracle} from "../src/interfaces/IPreimageOracle.sol";
import {Clone} from "../src/libraries/Clone.sol";
import {ListTree} from "../src/libraries/ListTree.sol";
import {Claim} from "../src/types/Claim.sol";
import {ClaimId} from "../src/types/ClaimId.sol";
import {
    ClaimKey,
    DisputeKey,
    Entry,
    Interval,
    Lane,
    Link,
    Preimage,
    Raise,
    Seal,
    Side,
    Stakes
} from "../src/types/Dispute.sol";
import {Assertions} from "./base/Assertions.sol";
import {Lists} from "./base/Lists.sol";
import {vm} from "./base/Vm.sol";

/// @notice A registry in which every end is claimed, and a clock without pauses.
contract OpenRegistry {
    function claimOf(ClaimId, bytes32) external view returns (Claim memory made) {
        made.claimer = address(this);
    }

    function unpausedSince(uint64 from) external view returns (uint64) {
        return uint64(block.timestamp) - from;
    }
}

/// @notice A game of which tests can ask what it computes.
contract GameOfVectors is DisputeGame {
    constructor(address registry_, address stepVerifier_, Lane[2] memory lanes, Stakes memory s)
        DisputeGame(registry_, registry_, address(0), stepVerifier_, 0, lanes, s)
    {}

    function disputeId(DisputeKey calldata key) external pure returns (bytes32) {
        return idOf(key);
    }

    function claimId(bytes32 dispute, bytes32 listRoot, bytes32 end)
        external
        pure
        returns (bytes32)
    {
        return claimIdOf(dispute, listRoot, end);
    }

    function child(DisputeKey calldata key, uint256 index, bytes32 before)
        external
        view
        returns (DisputeKey memory)
    {
        return childOf(key, idOf(key), index, before);
    }

    function rootOf(bytes32[64] calldata list) external pure returns (bytes32) {
        return ListTree.build(list)[1];
    }

    function checkEntry(Entry calldata entry, uint256 index, bytes32 root) external pure {
        ListTree.check(entry, index, root);
    }

    function checkFirstDifference(Entry calldata x, Entry calldata y, uint256 k) external pure {
        ListTree.checkFirstDifference(x, y, k);
    }

    function checkFirstDifferenceOfList(bytes32[64] calldata x, Entry calldata y, uint256 k)
        external
        pure
    {
        ListTree.checkFirstDifference(ListTree.build(x), y, k);
    }
}

/// @notice The game's side of the vectors that the players' tests write: ids, list roots, where
/// lists differ, child disputes, and the calls that players send.
contract DisputeVectorsTest is Assertions {
    using Lists for bytes32[64];

    uint256 private constant CHILD_INDEX = 9;

    string private json;
    GameOfVectors private game;
    DisputeKey private root;
    bytes32[64][2] private lists;
    bytes32[2] private ends;
    bytes32[2] private roots;
    uint256 private index;

    function setUp() public {
        json = vm.readFile("../test/vectors/dispute.json");
        Lane[2] memory lanes;
        Stakes memory free;
        StepVerifier verifier = new StepVerifier(IPreimageOracle(address(0)));
        OpenRegistry registry = new OpenRegistry();
        address code =
            address(new GameOfVectors(address(registry), address(verifier), lanes, free));
        bytes32 first = word(".game.first");
        bytes32[5] memory data = [bytes32(0), 0, first, word(".game.image"), 0];
        game = GameOfVectors(payable(Clone.create(code, data)));
        root = DisputeKey(0, first, 0, 0);
        index = vm.parseJsonUint(json, ".firstDifference");
        for (uint256 i = 0; i < 2; ++i) {
            (ends[i], roots[i]) =
            (word(item(".claims", i, ".end")), word(item(".claims", i, ".listRoot")));
            bytes32[] memory list = vm.parseJsonBytes32Array(json, item(".claims", i, ".list"));
            assertEq(list.length, 64);
            for (uint256 k = 0; k < 64; ++k) {
                lists[i][k] = list[k];
            }
        }
    }

    function test_ids_and_list_roots() public view {
        bytes32 id = game.disputeId(root);
        assertEq(id, word(".game.root"));
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(game.rootOf(lists[i]), roots[i]);
            assertEq(lists[i][63], ends[i]);
            assertEq(game.claimId(id, roots[i], ends[i]), idOfClaim(i));
            for (uint256 k = 0; k < 64; ++k) {
                game.checkEntry(entryOf(i, k), k, roots[i]);
            }
        }
    }

    function test_only_one_index_is_the_first_difference() public {
        for (uint256 k = 0; k < 64; ++k) {
            Entry memory y = entryOf(1, k);
            bytes memory reason =
                abi.encodeWithSelector(IDisputeGame.NotFirstDifference.selector, k);
            if (k != index) vm.expectRevert(reason);
            game.checkFirstDifference(entryOf(0, k), y, k);
            if (k != index) vm.expectRevert(reason);
            game.checkFirstDifferenceOfList(lists[0], y, k);
        }
    }

    function test_child_disputes_of_each_level() public view {
        bytes32 before = lists[0][CHILD_INDEX - 1];
        uint256 count = 0;
        for (; vm.keyExistsJson(json, item(".children", count, "")); ++count) {
            DisputeKey memory key = DisputeKey(
                vm.parseJsonUint(json, item(".children", count, ".level")),
                word(item(".children", count, ".start")),
                vm.parseJsonUint(json, item(".children", count, ".position")),
                word(item(".children", count, ".parent"))
            );
            assertEq(key.level, count);
            DisputeKey memory child = game.child(key, CHILD_INDEX, before);
            assertEq(child.start, word(item(".children", count, ".childStart")));
            assertEq(
                child.position, vm.parseJsonUint(json, item(".children", count, ".childPosition"))
            );
            assertEq(game.disputeId(child), word(item(".children", count, ".child")));
        }
        assertEq(count, 8);
    }

    /// @notice The claims are posted, and then the players' own bytes seal and raise them.
    function test_the_game_takes_the_calls() public {
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(game.claim(root, lists[i], new bytes32[](0)), idOfClaim(i));
        }
        bytes32 child = game.disputeId(game.child(root, index, lists[0][index - 1]));
        vm.expectEmit(address(game));
        emit IDisputeGame.Sealed(word(".game.root"), idOfClaim(0), idOfClaim(1), index, child);
        (bool done, bytes memory answer) = address(game).call(callOf("seal"));
        assertTrue(done, "seal was refused");
        assertEq(abi.decode(answer, (bytes32)), child);
        (done,) = address(game).call(callOf("raise"));
        assertTrue(done, "raise was refused");
    }

    function test_calls_with_claims() public view {
        bytes32[64] memory list;
        for (uint256 k = 0; k < 64; ++k) {
            list[k] = value(500 + k);
        }
        bytes32[] memory run = values(600, 8);
        Side memory rival = sideOf(1);
        Seal memory pair = pairOfBoth();
        checkCall("claim", abi.encodeCall(IDisputeGame.claim, (root, list, run)));
        checkCall(
            "claimAndSeal",
            abi.encodeCall(IDisputeGame.claimAndSeal, (root, list, run, rival, index))
        );
        checkCall("seal", abi.encodeCall(IDisputeGame.seal, (pair)));
        checkCall("sealAndClaim", abi.encodeCall(IDisputeGame.sealAndClaim, (pair, list, run)));
    }

    function test_calls_with_steps() public view {
        bytes32[8] memory state;
        for (uint256 k = 0; k < 8; ++k) {
            state[k] = value(700 + k);
        }
        bytes32[] memory code = values(800, 28);
        bytes32[] memory data = values(900, 3);
        Seal memory pair = pairOfBoth();
        Preimage[] memory shown = new Preimage[](1);
        shown[0] = Preimage(64, hex"0102030405");
        checkCall("step", abi.encodeCall(IDisputeGame.step, (root, state, code, data, shown)));
        checkCall(
            "sealAndStep",
            abi.encodeCall(IDisputeGame.sealAndStep, (pair, state, code, data, new Preimage[](0)))
        );
    }

    function test_calls_at_the_end() public view {
        Raise[] memory raises = new Raise[](2);
        for (uint256 i = 0; i < 2; ++i) {
            raises[i] = Raise(keyOf(i), new Interval[](1));
            raises[i].marked[0] = Interval(entryOf(i, index - 1), entryOf(i, index));
        }
        Link[] memory links = new Link[](2);
        links[0] = Link(keyOf(0), index, raises[0].marked[0], value(4));
        links[1] = Link(keyOf(1), 0, Interval(entryOf(1, 0), entryOf(1, 0)), 0);
        checkCall("raise", abi.encodeCall(IDisputeGame.raise, (raises)));
        checkCall("resolve", abi.encodeCall(IDisputeGame.resolve, (value(3), raises)));
        checkCall("settleRoot", abi.encodeCall(IDisputeGame.settleRoot, (value(4))));
        checkCall("settle", abi.encodeCall(IDisputeGame.settle, (links)));
        checkCall("collect", abi.encodeCall(IDisputeGame.collect, ()));
    }

    function test_calls_beside_the_game() public view {
        bytes32[7] memory posted = [
            value(10),
            bytes32(uint256(11)),
            value(12),
            bytes32(uint256(13)),
            bytes32(uint256(14)),
            value(15),
            value(16)
        ];
        bytes memory config = new bytes(1024);
        for (uint256 i = 0; i < 1024; ++i) {
            config[i] = bytes1(uint8(i * 7));
        }
        bytes32[32] memory words = abi.decode(config, (bytes32[32]));
        ClaimId parent = ClaimId.wrap(value(5));
        checkCall(
            "create",
            abi.encodeCall(
                IDisputeGameFactory.create,
                (parent, value(6), 7, value(8), value(9), posted, words)
            )
        );
        checkCall(
            "forfeit",
            abi.encodeCall(IDisputeGameFactory.forfeit, (parent, value(6), 7, value(8), value(9)))
        );
    }

    // What the vectors say.

    function idOfClaim(uint256 i) private view returns (bytes32) {
        return word(item(".claims", i, ".id"));
    }

    function callOf(string memory name) private view returns (bytes memory) {
        return vm.parseJsonBytes(json, string.concat(".calls.", name));
    }

    function checkCall(string memory name, bytes memory made) private view {
        assertEq(made, callOf(name));
    }

    function word(string memory key) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, key);
    }

    function item(string memory list, uint256 i, string memory key)
        private
        pure
        returns (string memory)
    {
        return string.concat(list, "[", vm.toString(i), "]", key);
    }

    // Parts of calls. Words that nothing else determines are hashes of small numbers.

    function value(uint256 n) private pure returns (bytes32) {
        return keccak256(abi.encode(n));
    }

    function values(uint256 from, uint256 count) private pure returns (bytes32[] memory made) {
        made = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            made[i] = value(from + i);
        }
    }

    function entryOf(uint256 i, uint256 k) private view returns (Entry memory) {
        bytes32[64] memory list = lists[i];
        return list.entry(k);
    }

    function keyOf(uint256 i) private view returns (ClaimKey memory) {
        return ClaimKey(root, roots[i], ends[i]);
    }

    function sideOf(uint256 i) private view returns (Side memory) {
        return Side(roots[i], ends[i], entryOf(i, index));
    }

    function pairOfBoth() private view returns (Seal memory) {
        return Seal(root, sideOf(0), sideOf(1), index, entryOf(0, index - 1));
    }
}
