// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Cursor} from "../src/libraries/Cursor.sol";
import {Hashing} from "../src/libraries/Hashing.sol";
import {IncrementalTree} from "../src/libraries/IncrementalTree.sol";
import {Message} from "../src/libraries/Message.sol";
import {Market} from "../src/types/Market.sol";
import {Perpetual} from "../src/types/Perpetual.sol";
import {Assertions} from "./base/Assertions.sol";
import {StateModel} from "./base/StateModel.sol";
import {vm} from "./base/Vm.sol";

/// @notice Gives tests the functions that read calldata.
contract Calldata {
    function firstHash(bytes32[32] calldata parentEnd, uint64 batch, bytes32[7] calldata posted)
        external
        pure
        returns (bytes32)
    {
        return Cursor.firstHash(parentEnd, batch, posted);
    }

    function hashWords(bytes32[32] calldata words) external pure returns (bytes32) {
        return Hashing.words(words);
    }

    function rootOfPath(bytes32 leaf, uint256 position, bytes32[32] calldata siblings)
        external
        pure
        returns (bytes32)
    {
        return IncrementalTree.rootOfPath(leaf, position, siblings);
    }

    function createMarket(Market calldata market) external pure returns (bytes memory) {
        return Message.createMarket(market);
    }

    function createPerpetual(Perpetual calldata market) external pure returns (bytes memory) {
        return Message.createPerpetual(market);
    }

    function setOracleSet(uint8 quorum, uint32[] calldata members)
        external
        pure
        returns (bytes memory)
    {
        return Message.setOracleSet(quorum, members);
    }
}

/// @notice The vectors that the node's own tests read: one protocol, two implementations.
contract VectorsTest is Assertions {
    Calldata private immutable calls = new Calldata();

    function test_cursor_hashes() public view {
        string memory json = read("cursor.json");
        uint256 count = 0;
        for (; vm.keyExistsJson(json, entry(".cursors", count, "")); ++count) {
            bytes32[32] memory words =
                words32(vm.parseJsonBytes(json, entry(".cursors", count, ".words")));
            bytes32 hash = vm.parseJsonBytes32(json, entry(".cursors", count, ".hash"));
            assertEq(calls.hashWords(words), hash);
            assertEq(Hashing.wordsInMemory(words), hash);
        }
        assertTrue(count >= 4, "too few cursors");
        assertEq(Cursor.zeroHash(), vm.parseJsonBytes32(json, ".cursors[0].hash"));
    }

    function test_first_cursor() public view {
        string memory json = read("cursor.json");
        bytes32[32] memory parentEnd = words32(vm.parseJsonBytes(json, ".cursors[1].words"));
        bytes32[7] memory posted;
        posted[0] = vm.parseJsonBytes32(json, ".posted.data_commitment");
        posted[1] = bytes32(vm.parseJsonUint(json, ".posted.data_len"));
        posted[2] = vm.parseJsonBytes32(json, ".posted.inbox_root");
        posted[3] = bytes32(vm.parseJsonUint(json, ".posted.inbox_must"));
        posted[4] = bytes32(vm.parseJsonUint(json, ".posted.l1_time_ms"));
        posted[5] = vm.parseJsonBytes32(json, ".posted.l1_block_hash");
        posted[6] = vm.parseJsonBytes32(json, ".posted.config_hash");
        assertEq(
            calls.firstHash(parentEnd, 43, posted), vm.parseJsonBytes32(json, ".cursors[2].hash")
        );
        assertEq(Cursor.EMPTY_FRONTIER, vm.parseJsonBytes32(json, ".empty_frontier"));
    }

    function test_genesis_end() public view {
        string memory json = read("cursor.json");
        bytes32[32] memory end = words32(vm.parseJsonBytes(json, ".cursors[3].words"));
        assertEq(
            Cursor.genesisEndHash(end[15], end[21]), vm.parseJsonBytes32(json, ".cursors[3].hash")
        );
    }

    function test_commitments() public view {
        string memory json = read("cursor.json");
        bytes32 root = vm.parseJsonBytes32(json, ".hash_a");
        assertEq(
            keccak256(abi.encode(uint256(0), root, uint256(9))),
            vm.parseJsonBytes32(json, ".data_commitment_0_a_9")
        );
        assertEq(
            Hashing.pair(bytes32(uint256(5)), root),
            vm.parseJsonBytes32(json, ".inbox_snapshot_5_a")
        );
        bytes32[32] memory config = words32(vm.parseJsonBytes(json, ".config"));
        assertEq(keccak256(abi.encode(config)), vm.parseJsonBytes32(json, ".config_hash"));
    }

    /// @notice Bodies that the contracts make are the bytes that the node reads.
    function test_message_bodies() public view {
        string memory json = read("messages.json");
        checkBody(json, 1, Message.deposit(1, 250_000_000, word20(body(json, 1), 12), 7));
        checkBody(
            json, 2, Message.forcedWithdraw(7, 1, type(uint64).max, word20(body(json, 2), 16))
        );
        checkBody(json, 3, Message.forcedOnMarket(7, 3));
        checkBody(json, 4, Message.forcedOnMarket(7, 4));
        checkBody(
            json, 0, Message.registerAsset(1, word20(body(json, 0), 4), 18, 8, bytes16("ETH"))
        );
        Market memory market =
            Market(1, 1, 2, 1000, 10, 100, 350, 5, 1_000_000_000, bytes16("ETH-USD"));
        checkBody(json, 5, calls.createMarket(market));
        checkBody(json, 6, Message.setMarketStatus(3, 2));
        checkBody(json, 7, Message.setFeeAccount(7));
    }

    /// @notice The same of perpetual markets: messages 5, 132 and 133.
    function test_message_bodies_of_perpetual_markets() public view {
        string memory json = read("messages.json");
        checkBody(json, 8, Message.forcedMarginWithdraw(7, 31));
        Perpetual memory p;
        (p.quote, p.quotePerTickLot, p.makerFeePpm, p.takerFeePpm) = (2, 100, 150, 450);
        (p.minLots, p.maxLots, p.impactLots, p.maxPositionLots) = (1, 100_000, 20, 1_000_000);
        (p.maxPriceTicks, p.oracleMaxAgeMs) = (10_000_000, 30_000);
        (p.bandPpm, p.liquidationFeePpm, p.tierCount) = (20_000, 5_000, 2);
        (p.tiers[0].upTo, p.tiers[0].initialPpm) = (1_000_000_000, 20_000);
        (p.tiers[1].upTo, p.tiers[1].initialPpm) = (type(uint64).max, 50_000);
        p.symbol = "ETH-USD";
        checkBody(json, 9, calls.createPerpetual(p));
        uint32[] memory members = new uint32[](3);
        (members[0], members[1], members[2]) = (4, 7, 9);
        checkBody(json, 10, calls.setOracleSet(2, members));
    }

    /// @notice Every proof of the state tree leads to the state root.
    function test_object_proofs() public view {
        string memory json = read("tree.json");
        bytes32 stateRoot = vm.parseJsonBytes32(json, ".state_root");
        uint256 count = 0;
        for (; vm.keyExistsJson(json, entry(".object_proofs", count, "")); ++count) {
            bytes memory proof = vm.parseJsonBytes(json, entry(".object_proofs", count, ".proof"));
            bytes32 leaf = vm.parseJsonBytes32(json, entry(".object_proofs", count, ".leaf"));
            assertEq(stateRootOf(proof, leaf), stateRoot);
        }
        assertTrue(count >= 4, "too few proofs");
    }

    function test_outbox_leaf() public view {
        string memory json = read("objects.json");
        for (uint256 i = 0; vm.keyExistsJson(json, entry(".valid", i, "")); ++i) {
            if (vm.parseJsonUint(json, entry(".valid", i, ".table")) != 7) continue;
            bytes memory leaf = vm.parseJsonBytes(json, entry(".valid", i, ".bytes"));
            bytes memory made = StateModel.withdrawal(
                word20(leaf, 27), uint32(bytes4(word(leaf, 47))), uint64(bytes8(word(leaf, 51)))
            );
            assertEq(leaf.length, made.length);
            assertEq(leaf.length, 67);
            assertEq(bytes32(bytes3(word(leaf, 0))), bytes32(bytes3(word(made, 0))));
            assertEq(word(leaf, 27), word(made, 27));
            return;
        }
        revert NotTrue("no outbox object among the vectors");
    }

    /// @dev Expands a proof (docs/protocol/state.md) to 32 siblings and 32 roots.
    function stateRootOf(bytes memory proof, bytes32 leaf) private view returns (bytes32) {
        uint256 table = uint8(proof[0]);
        uint32 index = uint32(bytes4(word(proof, 1)));
        uint32 listed = uint32(bytes4(word(proof, 5)));
        uint256 place = 9;
        bytes32[32] memory siblings;
        bytes32 empty = 0;
        for (uint256 i = 0; i < 32; ++i) {
            siblings[i] = empty;
            if (listed >> i & 1 == 1) {
                siblings[i] = word(proof, place);
                place += 32;
            }
            empty = keccak256(abi.encode(empty, empty));
        }
        listed = uint32(bytes4(word(proof, place)));
        place += 4;
        bytes32[32] memory roots;
        for (uint256 i = 0; i < 32; ++i) {
            roots[i] = empty;
            if (listed >> i & 1 == 1) {
                roots[i] = word(proof, place);
                place += 32;
            }
        }
        assertEq(place, proof.length);
        roots[table] = calls.rootOfPath(leaf, index, siblings);
        return calls.hashWords(roots);
    }

    function checkBody(string memory json, uint256 i, bytes memory made) private pure {
        assertEq(made, body(json, i));
    }

    function body(string memory json, uint256 i) private pure returns (bytes memory part) {
        bytes memory message = vm.parseJsonBytes(json, entry(".valid", i, ".bytes"));
        part = new bytes(message.length - 45);
        for (uint256 j = 0; j < part.length; ++j) {
            part[j] = message[45 + j];
        }
    }

    function words32(bytes memory data) private pure returns (bytes32[32] memory words) {
        assertEq(data.length, 1024);
        for (uint256 i = 0; i < 32; ++i) {
            words[i] = word(data, 32 * i);
        }
    }

    /// @dev The 32 bytes from `place` on; what lies beyond the end is not zero.
    function word(bytes memory data, uint256 place) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 0x20), place))
        }
    }

    function word20(bytes memory data, uint256 place) private pure returns (address) {
        return address(bytes20(word(data, place)));
    }

    function entry(string memory list, uint256 i, string memory key)
        private
        pure
        returns (string memory)
    {
        return string.concat(list, "[", vm.toString(i), "]", key);
    }

    function read(string memory name) private view returns (string memory) {
        return vm.readFile(string.concat("../test/vectors/", name));
    }
}
