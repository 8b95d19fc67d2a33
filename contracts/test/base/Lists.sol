// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Entry} from "../../src/types/Dispute.sol";

/// @notice The tree over 64 values, level by level as one draws it.
library Lists {
    function nodesAt(bytes32[64] memory list, uint256 height)
        internal
        pure
        returns (bytes32[] memory nodes)
    {
        nodes = new bytes32[](64);
        for (uint256 i = 0; i < 64; ++i) {
            nodes[i] = list[i];
        }
        for (uint256 h = 0; h < height; ++h) {
            bytes32[] memory above = new bytes32[](nodes.length / 2);
            for (uint256 i = 0; i < above.length; ++i) {
                above[i] = keccak256(abi.encode(nodes[2 * i], nodes[2 * i + 1]));
            }
            nodes = above;
        }
    }

    function root(bytes32[64] memory list) internal pure returns (bytes32) {
        return nodesAt(list, 6)[0];
    }

    function entry(bytes32[64] memory list, uint256 index) internal pure returns (Entry memory e) {
        e.value = list[index];
        for (uint256 h = 0; h < 6; ++h) {
            e.siblings[h] = nodesAt(list, h)[(index >> h) ^ 1];
        }
    }

    /// @notice The first index at which the lists differ; 64 if they do not.
    function firstDifference(bytes32[64] memory x, bytes32[64] memory y)
        internal
        pure
        returns (uint256 index)
    {
        while (index < 64 && x[index] == y[index]) ++index;
    }
}
