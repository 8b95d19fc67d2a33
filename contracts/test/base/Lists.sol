// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Entry} from "../../src/types/Dispute.sol";

/// @notice The tree over 64 values as one draws it: row 0 are the values, row 6 is the root.
library Lists {
    function rows(bytes32[64] memory list) internal pure returns (bytes32[][7] memory tree) {
        tree[0] = new bytes32[](64);
        for (uint256 i = 0; i < 64; ++i) {
            tree[0][i] = list[i];
        }
        for (uint256 h = 1; h < 7; ++h) {
            uint256 width = 64 >> h;
            tree[h] = new bytes32[](width);
            for (uint256 i = 0; i < width; ++i) {
                tree[h][i] = keccak256(abi.encode(tree[h - 1][2 * i], tree[h - 1][2 * i + 1]));
            }
        }
    }

    function root(bytes32[64] memory list) internal pure returns (bytes32) {
        return rows(list)[6][0];
    }

    function entry(bytes32[64] memory list, uint256 index) internal pure returns (Entry memory e) {
        bytes32[][7] memory tree = rows(list);
        e.value = list[index];
        for (uint256 h = 0; h < 6; ++h) {
            e.siblings[h] = tree[h][(index >> h) ^ 1];
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
