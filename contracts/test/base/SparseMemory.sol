// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The memory of the fault proof machine as its text defines it, all nodes kept: 2^27
/// leaves of 32 bytes, of which only those that were written differ from zero.
library SparseMemory {
    uint256 internal constant DEPTH = 27;

    /// @param nodes by height and index; a node that is not there is one of an empty memory
    struct Tree {
        mapping(uint256 height => mapping(uint256 index => bytes32)) nodes;
    }

    function root(Tree storage tree) internal view returns (bytes32) {
        return node(tree, DEPTH, 0);
    }

    function leafAt(Tree storage tree, uint32 location) internal view returns (bytes32) {
        return tree.nodes[0][location / 32];
    }

    function setLeaf(Tree storage tree, uint32 location, bytes32 leaf) internal {
        uint256 index = location / 32;
        tree.nodes[0][index] = leaf;
        for (uint256 height = 1; height <= DEPTH; ++height) {
            index /= 2;
            bytes32 left = node(tree, height - 1, 2 * index);
            bytes32 right = node(tree, height - 1, 2 * index + 1);
            tree.nodes[height][index] = keccak256(abi.encodePacked(left, right));
        }
    }

    function setByte(Tree storage tree, uint32 location, uint8 value) internal {
        bytes memory leaf = abi.encodePacked(leafAt(tree, location));
        leaf[location % 32] = bytes1(value);
        setLeaf(tree, location, bytes32(leaf));
    }

    /// @notice Writes the four bytes of `value`, the lowest first.
    function setWord(Tree storage tree, uint32 location, uint32 value) internal {
        bytes memory leaf = abi.encodePacked(leafAt(tree, location));
        for (uint256 i = 0; i < 4; ++i) {
            leaf[location % 32 + i] = bytes1(uint8(value >> (8 * i)));
        }
        setLeaf(tree, location, bytes32(leaf));
    }

    /// @notice The leaves of the block of 2^height leaves around `location`, and its siblings.
    function prove(Tree storage tree, uint32 location, uint256 height)
        internal
        view
        returns (bytes32[] memory proof)
    {
        uint256 count = 1 << height;
        uint256 index = (location / 32) >> height;
        proof = new bytes32[](count + DEPTH - height);
        for (uint256 i = 0; i < count; ++i) {
            proof[i] = tree.nodes[0][index * count + i];
        }
        for (uint256 i = 0; i < DEPTH - height; ++i) {
            proof[count + i] = node(tree, height + i, index ^ 1);
            index /= 2;
        }
    }

    function node(Tree storage tree, uint256 height, uint256 index)
        private
        view
        returns (bytes32 value)
    {
        value = tree.nodes[height][index];
        if (value != 0) return value;
        for (uint256 i = 0; i < height; ++i) {
            value = keccak256(abi.encodePacked(value, value));
        }
    }
}
