// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Hashing
/// @notice Keccak-256 of what the protocol hashes, without the copies that the compiler would
/// make.
library Hashing {
    /// @notice H(left || right): a node of every Merkle tree of the protocol.
    function pair(bytes32 left, bytes32 right) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            node := keccak256(0x00, 0x40)
        }
    }

    /// @notice H of 32 words in calldata: a cursor, or the table roots of a state.
    function words(bytes32[32] calldata input) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            calldatacopy(scratch, input, 0x400)
            hash := keccak256(scratch, 0x400)
        }
    }

    /// @notice H of 32 words in memory.
    function wordsInMemory(bytes32[32] memory input) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(input, 0x400)
        }
    }

    /// @notice H of the seven words that L1 fixes for a batch.
    function sevenWords(bytes32[7] calldata input) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            calldatacopy(scratch, input, 0xe0)
            hash := keccak256(scratch, 0xe0)
        }
    }

    /// @notice H of bytes in calldata.
    function data(bytes calldata input) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            calldatacopy(scratch, input.offset, input.length)
            hash := keccak256(scratch, input.length)
        }
    }
}
