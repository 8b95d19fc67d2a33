// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Hashing} from "./Hashing.sol";

uint256 constant INBOX_DEPTH = 32;
uint256 constant PAGE_DEPTH = 18;

/// @title IncrementalTree
/// @notice Append-only binary Merkle trees of fixed depth, kept as their frontier: entry i is the
/// root of the complete subtree of 2^i leaves that the size's bit i stands for, and is without
/// meaning
/// where the bit is 0. An empty leaf is 0; an empty subtree is the hash of two of the level below.
library IncrementalTree {
    /// @notice Appends one leaf to a tree in storage that has `size` leaves, fewer than 2^32.
    /// One entry is written; half of all appends read none, a quarter one, and so on.
    function append(bytes32[32] storage frontier, uint256 size, bytes32 leaf) internal {
        bytes32 node = leaf;
        uint256 level = 0;
        while ((size >> level) & 1 == 1) {
            node = Hashing.pair(frontier[level], node);
            ++level;
        }
        frontier[level] = node;
    }

    /// @notice Root of a tree in storage with `size` leaves.
    function root(bytes32[32] storage frontier, uint256 size)
        internal
        view
        returns (bytes32 node)
    {
        bytes32 empty = 0;
        for (uint256 level = 0; level < INBOX_DEPTH; ++level) {
            node = (size >> level) & 1 == 1
                ? Hashing.pair(frontier[level], node)
                : Hashing.pair(node, empty);
            empty = Hashing.pair(empty, empty);
        }
    }

    /// @notice Appends many leaves to a tree in storage that has `size` leaves: entries are read
    /// once, where a new leaf carries into them, and written once. The sum must not pass 2^18.
    function appendMany(
        bytes32[PAGE_DEPTH + 1] storage frontier,
        uint256 size,
        bytes32[] memory leaves
    ) internal {
        bytes32[PAGE_DEPTH + 1] memory entries;
        uint256 newSize = size + leaves.length;
        for (uint256 level = 0; level < PAGE_DEPTH; ++level) {
            bool carries = (size >> (level + 1)) != (newSize >> (level + 1));
            if (carries && (size >> level) & 1 == 1) entries[level] = frontier[level];
        }
        for (uint256 i = 0; i < leaves.length; ++i) {
            bytes32 node = leaves[i];
            uint256 level = 0;
            while (((size + i) >> level) & 1 == 1) {
                node = Hashing.pair(entries[level], node);
                ++level;
            }
            entries[level] = node;
        }
        for (uint256 level = 0; level <= PAGE_DEPTH; ++level) {
            bool changed = (size >> level) != (newSize >> level);
            if (changed && (newSize >> level) & 1 == 1) frontier[level] = entries[level];
        }
    }

    /// @notice Root of a page tree with `size` leaves, at most 2^18.
    function pageRoot(bytes32[PAGE_DEPTH + 1] storage frontier, uint256 size)
        internal
        view
        returns (bytes32 node)
    {
        if (size == 1 << PAGE_DEPTH) return frontier[PAGE_DEPTH];
        bytes32 empty = 0;
        for (uint256 level = 0; level < PAGE_DEPTH; ++level) {
            node = (size >> level) & 1 == 1
                ? Hashing.pair(frontier[level], node)
                : Hashing.pair(node, empty);
            empty = Hashing.pair(empty, empty);
        }
    }

    /// @notice Root that a leaf at `position` has with 32 siblings, from the leaf's level up.
    function rootOfPath(bytes32 leaf, uint256 position, bytes32[32] calldata siblings)
        internal
        pure
        returns (bytes32 node)
    {
        node = leaf;
        for (uint256 level = 0; level < 32; ++level) {
            node = (position >> level) & 1 == 1
                ? Hashing.pair(siblings[level], node)
                : Hashing.pair(node, siblings[level]);
        }
    }
}
