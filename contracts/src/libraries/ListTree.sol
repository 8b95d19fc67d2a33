// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputeGame} from "../interfaces/IDisputeGame.sol";
import {Entry} from "../types/Dispute.sol";

/// @title ListTree
/// @notice The binary tree over the 64 values of a claim. The left siblings on the path of value k
/// commit to exactly the values before k, so two lists agree before k if and only if these
/// siblings are equal.
library ListTree {
    uint256 internal constant SIZE = 64;
    uint256 internal constant DEPTH = 6;

    /// @notice The tree as a heap: node i has children 2 i and 2 i + 1, the root is node 1, value
    /// k is node 64 + k.
    function build(bytes32[64] calldata list) internal pure returns (bytes32[128] memory tree) {
        assembly ("memory-safe") {
            calldatacopy(add(tree, 0x800), list, 0x800)
            for { let i := 0x7e0 } i { i := sub(i, 0x20) } {
                mstore(add(tree, i), keccak256(add(tree, mul(i, 2)), 0x40))
            }
        }
    }

    /// @notice Reverts unless `entry` is value `index` of the list with this root.
    function check(Entry calldata entry, uint256 index, bytes32 listRoot) internal pure {
        bytes32 node = entry.value;
        for (uint256 h = 0; h < DEPTH; ++h) {
            bytes32 sibling = entry.siblings[h];
            bool right = index >> h & 1 == 1;
            assembly ("memory-safe") {
                mstore(mul(iszero(right), 0x20), sibling)
                mstore(mul(right, 0x20), node)
                node := keccak256(0x00, 0x40)
            }
        }
        if (node != listRoot) revert IDisputeGame.WrongPath(index, node, listRoot);
    }

    /// @notice Reverts unless the lists of two checked entries first differ here.
    function checkFirstDifference(Entry calldata x, Entry calldata y, uint256 index)
        internal
        pure
    {
        bool first = x.value != y.value;
        for (uint256 h = 0; h < DEPTH; ++h) {
            if (index >> h & 1 == 1 && x.siblings[h] != y.siblings[h]) first = false;
        }
        if (!first) revert IDisputeGame.NotFirstDifference(index);
    }

    /// @notice The same for a list that is there as a whole and a checked entry of another.
    function checkFirstDifference(bytes32[128] memory tree, Entry calldata y, uint256 index)
        internal
        pure
    {
        uint256 node = SIZE + index;
        bool first = tree[node] != y.value;
        for (uint256 h = 0; h < DEPTH; ++h) {
            if (node & 1 == 1 && tree[node - 1] != y.siblings[h]) first = false;
            node >>= 1;
        }
        if (!first) revert IDisputeGame.NotFirstDifference(index);
    }
}
