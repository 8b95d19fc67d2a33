// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Deployer} from "../../src/Deployer.sol";
import {DisputeKey, Lane} from "../../src/types/Dispute.sol";
import {TestLane} from "../lanes/TestLane.sol";
import {GameTest} from "./GameTest.sol";
import {vm} from "./Vm.sol";

/// @notice A contest on a chain with two lanes, each of which proves whatever its key signs.
abstract contract LaneTest is GameTest {
    TestLane[2] internal lanes;

    function creditOf(uint256) internal pure virtual returns (uint64);

    function setUp() public virtual override {
        for (uint256 i = 0; i < 2; ++i) {
            lanes[i] = new TestLane(vm.addr(i + 1));
        }
        super.setUp();
    }

    function settingsOfChain() internal view override returns (Deployer.Settings memory s) {
        s = courtSettings();
        s.lane0 = Lane(address(lanes[0]), creditOf(0));
        s.lane1 = Lane(address(lanes[1]), creditOf(1));
    }

    function signed(uint256 lane, bytes32 start, bytes32 end, uint256 length, address recipient)
        internal
        pure
        returns (bytes memory)
    {
        bytes32 hash = keccak256(abi.encode(IMAGE, start, end, length, 0, recipient));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(lane + 1, hash);
        return abi.encodePacked(r, s, v);
    }

    function proofOf(uint256 lane, DisputeKey memory key, bytes32 end, address recipient)
        internal
        pure
        returns (bytes memory)
    {
        return signed(lane, key.start, end, 64 * partOf(key.level), recipient);
    }

    function proveAs(address who, uint256 lane, DisputeKey memory key, bytes32 end) internal {
        game.prove(key, end, lane, who, proofOf(lane, key, end, who));
    }

    function proveBatch(address who, uint256 lane, bytes32 end) internal {
        bytes memory proof = signed(lane, first, end, 2 ** 24, who);
        registry.prove(genesis.id, 1, first, end, words, configWords, lane, who, proof);
    }
}
