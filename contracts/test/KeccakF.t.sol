// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {KeccakF} from "../src/libraries/KeccakF.sol";
import {Assertions} from "./base/Assertions.sol";

/// @notice The permutation against the EVM's own hash, which is a sponge over it: 136 bytes a
/// block, padded with 0x01 and 0x80.
contract KeccakFTest is Assertions {
    uint256 private constant RATE = 136;

    function testFuzz_hash_of_one_block(bytes memory message) public pure {
        if (message.length >= RATE) message = cut(message, RATE - 1);
        assertEq(hash(message), keccak256(message));
    }

    function test_every_length_up_to_three_blocks() public pure {
        for (uint256 length = 0; length <= 3 * RATE; length += length % RATE < 3 ? 1 : 12) {
            bytes memory message = new bytes(length);
            for (uint256 i = 0; i < length; ++i) {
                message[i] = bytes1(uint8(i * 7 + length));
            }
            assertEq(hash(message), keccak256(message));
        }
    }

    /// @notice Lanes of ones everywhere, which no message makes: the permutation of the complement
    /// differs from that of zeros, and what is behind the lanes stays.
    function test_bytes_behind_the_lanes_stay() public pure {
        bytes32[] memory words = new bytes32[](8);
        for (uint256 i = 0; i < 8; ++i) {
            words[i] = bytes32(type(uint256).max);
        }
        KeccakF.permute(words);
        assertEq(uint256(uint192(uint256(words[6]))), type(uint192).max);
        assertEq(uint256(words[7]), type(uint256).max);
        assertTrue(uint64(uint256(words[6]) >> 192) != type(uint64).max, "the last lane");
    }

    function hash(bytes memory message) private pure returns (bytes32) {
        bytes memory padded = new bytes((message.length / RATE + 1) * RATE);
        for (uint256 i = 0; i < message.length; ++i) {
            padded[i] = message[i];
        }
        padded[message.length] = 0x01;
        padded[padded.length - 1] |= 0x80;
        bytes32[] memory words = new bytes32[](8);
        for (uint256 start = 0; start < padded.length; start += RATE) {
            for (uint256 i = 0; i < RATE; ++i) {
                words[i / 32] ^= bytes32(padded[start + i]) >> (8 * (i % 32));
            }
            KeccakF.permute(words);
        }
        return words[0];
    }

    function cut(bytes memory message, uint256 length) private pure returns (bytes memory start) {
        start = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            start[i] = message[i];
        }
    }
}
