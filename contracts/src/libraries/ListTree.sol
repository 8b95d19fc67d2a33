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

    /// @notice The lowest index in a set of marks, which is not empty.
    function lowest(uint256 marks) internal pure returns (uint256 index) {
        assembly ("memory-safe") {
            index := sub(255, clz(and(marks, sub(0, marks))))
        }
    }

    /// @notice Reverts unless `entry` is value `index` of the list with this root.
    function check(Entry calldata entry, uint256 index, bytes32 listRoot) internal pure {
        bytes32 node = entry.value;
        assembly ("memory-safe") {
            let sibling := add(entry, 0x20)
            for { let h := 0 } lt(h, 6) { h := add(h, 1) } {
                // The node's place in the pair: 0x00 on the left, 0x20 on the right.
                let place := shl(5, and(shr(h, index), 1))
                mstore(place, node)
                mstore(xor(place, 0x20), calldataload(sibling))
                node := keccak256(0x00, 0x40)
                sibling := add(sibling, 0x20)
            }
        }
        if (node != listRoot) revert IDisputeGame.WrongPath(index, node, listRoot);
    }

    /// @notice Value `index` - 1 of a list of which `entry` is value `index`, checked: zero at 0,
    /// the sibling at an odd index, else what `left` proves.
    function before(Entry calldata left, Entry calldata entry, uint256 index, bytes32 listRoot)
        internal
        pure
        returns (bytes32)
    {
        if (index == 0) return 0;
        if (index & 1 == 1) return entry.siblings[0];
        check(left, index - 1, listRoot);
        return left.value;
    }

    /// @notice Reverts unless the lists of two checked entries first differ here.
    function checkFirstDifference(Entry calldata x, Entry calldata y, uint256 index)
        internal
        pure
    {
        bool first = x.value != y.value;
        assembly ("memory-safe") {
            for { let h := 0 } lt(h, 6) { h := add(h, 1) } {
                if and(shr(h, index), 1) {
                    let at_ := mul(0x20, add(h, 1))
                    let same := eq(calldataload(add(x, at_)), calldataload(add(y, at_)))
                    first := and(first, same)
                }
            }
        }
        if (!first) revert IDisputeGame.NotFirstDifference(index);
    }

    /// @notice The same for a list that is there as a whole and a checked entry of another.
    /// @param index below 64
    function checkFirstDifference(bytes32[128] memory tree, Entry calldata y, uint256 index)
        internal
        pure
    {
        bool first = tree[SIZE + index] != y.value;
        assembly ("memory-safe") {
            let node := add(0x40, index)
            for { let h := 0 } lt(h, 6) { h := add(h, 1) } {
                if and(node, 1) {
                    let left := mload(add(tree, mul(0x20, sub(node, 1))))
                    let sibling := calldataload(add(y, mul(0x20, add(h, 1))))
                    first := and(first, eq(left, sibling))
                }
                node := shr(1, node)
            }
        }
        if (!first) revert IDisputeGame.NotFirstDifference(index);
    }
}
