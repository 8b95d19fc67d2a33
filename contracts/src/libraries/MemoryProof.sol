// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hashing} from "./Hashing.sol";

/// @title MemoryProof
/// @notice Paths in the machine's memory: a binary tree of depth 27 over leaves of 32 bytes, which
/// are their bytes themselves. A proof of a block of 2^height leaves is the leaves in address
/// order and then the siblings from the block's level up.
library MemoryProof {
    uint256 internal constant DEPTH = 27;
    uint256 private constant LEAF_BITS = 5;

    /// @notice Words of a proof of a block of 2^height leaves.
    function length(uint256 height) internal pure returns (uint256) {
        return (1 << height) + DEPTH - height;
    }

    /// @notice Root of the memory in which the block of `leaves` that contains the byte at
    /// `location` has the siblings of `proof`, a proof of the right length whose own leaves do not
    /// count.
    /// @param leaves 2^height words, which are lost: the block's tree is hashed in their place
    function root(
        bytes32[] memory leaves,
        uint256 height,
        uint32 location,
        bytes32[] calldata proof
    ) internal pure returns (bytes32 node) {
        for (uint256 count = 1 << height; count > 1; count /= 2) {
            for (uint256 i = 0; i < count / 2; ++i) {
                leaves[i] = Hashing.pair(leaves[2 * i], leaves[2 * i + 1]);
            }
        }
        node = leaves[0];
        uint256 position = uint256(location) >> (LEAF_BITS + height);
        for (uint256 i = 1 << height; i < proof.length; ++i) {
            node = position & 1 == 1 ? Hashing.pair(proof[i], node) : Hashing.pair(node, proof[i]);
            position >>= 1;
        }
    }

    /// @notice The leaves of a proof of a block of 2^height leaves.
    function leavesOf(bytes32[] calldata proof, uint256 height)
        internal
        pure
        returns (bytes32[] memory leaves)
    {
        return proof[:1 << height];
    }

    /// @notice The number that a leaf's bytes are, the lowest first; and the leaf that a number
    /// is.
    function reversed(bytes32 leaf) internal pure returns (uint256 value) {
        value = uint256(leaf);
        uint256 mask = type(uint256).max;
        // Halves, quarters, ... change places, down to single bytes.
        for (uint256 bits = 128; bits >= 8; bits /= 2) {
            mask ^= mask << bits;
            value = ((value & mask) << bits) | ((value >> bits) & mask);
        }
    }
}
