// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Merkle trees of fixed depth as the protocol's text defines them, hashed level by level
/// from the whole list of leaves: the model that incremental trees are compared with.
library NaiveTree {
    function root(bytes32[] memory leaves, uint256 depth) internal pure returns (bytes32) {
        bytes32[] memory level = copy(leaves);
        bytes32 empty = 0;
        for (uint256 i = 0; i < depth; ++i) {
            level = above(level, empty);
            empty = node(empty, empty);
        }
        return level.length == 0 ? empty : level[0];
    }

    function path(bytes32[] memory leaves, uint256 position)
        internal
        pure
        returns (bytes32[32] memory siblings)
    {
        bytes32[] memory level = copy(leaves);
        bytes32 empty = 0;
        for (uint256 i = 0; i < 32; ++i) {
            uint256 sibling = position ^ 1;
            siblings[i] = sibling < level.length ? level[sibling] : empty;
            level = above(level, empty);
            empty = node(empty, empty);
            position >>= 1;
        }
    }

    function above(bytes32[] memory level, bytes32 empty)
        private
        pure
        returns (bytes32[] memory nodes)
    {
        nodes = new bytes32[]((level.length + 1) / 2);
        for (uint256 i = 0; i < nodes.length; ++i) {
            bytes32 right = 2 * i + 1 < level.length ? level[2 * i + 1] : empty;
            nodes[i] = node(level[2 * i], right);
        }
    }

    function copy(bytes32[] memory leaves) private pure returns (bytes32[] memory copied) {
        copied = new bytes32[](leaves.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            copied[i] = leaves[i];
        }
    }

    function node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(left, right));
    }
}
