// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchRegistry} from "../interfaces/IBatchRegistry.sol";
import {Hashing} from "./Hashing.sol";

/// @title Cursor
/// @notice The 32 words that stand between two units of a batch. L1 builds the first cursor of a
/// batch from its parent's end and from what was posted, and checks the last against what was
/// posted.
library Cursor {
    uint256 internal constant UNIT = 0;
    uint256 internal constant BATCH = 1;
    uint256 internal constant DATA_COMMITMENT = 2;
    uint256 internal constant DATA_LEN = 3;
    uint256 internal constant PAGE = 4;
    uint256 internal constant OFFSET = 5;
    uint256 internal constant BLOCK_NUMBER = 6;
    uint256 internal constant TIMESTAMP_MS = 7;
    uint256 internal constant OPENING_TIMESTAMP_MS = 8;
    uint256 internal constant PREV_HASH = 9;
    uint256 internal constant TX_INDEX = 10;
    uint256 internal constant TX_FRONTIER = 11;
    uint256 internal constant DIFF_ACC = 12;
    uint256 internal constant PHASE = 13;
    uint256 internal constant WORK = 14;
    uint256 internal constant STATE_ROOT = 15;
    uint256 internal constant INBOX_INDEX = 16;
    uint256 internal constant INBOX_ROOT = 17;
    uint256 internal constant INBOX_MUST = 18;
    uint256 internal constant L1_TIME = 19;
    uint256 internal constant L1_BLOCK_HASH = 20;
    uint256 internal constant CONFIG_HASH = 21;
    uint256 internal constant STATUS = 22;
    uint256 internal constant BLOCK_FRONTIER = 23;
    uint256 internal constant FIRST_UNUSED = 24;

    uint256 internal constant PHASE_FINISHED = 2;

    /// @notice H of 14 zero words: the frontier of a Merkle tree of depth 14 without leaves.
    bytes32 internal constant EMPTY_FRONTIER =
        0xf4fb72aa6d5eb95884c618a90c1e5584d806fb18fd6188c36fafe11be51a7cc5;

    /// @notice Hash of the cursor at which batch `batch` starts after `parentEnd`.
    /// @param posted data commitment, data length, inbox root, inbox must, L1 time, L1 block hash,
    /// configuration hash
    function firstHash(bytes32[32] calldata parentEnd, uint64 batch, bytes32[7] calldata posted)
        internal
        pure
        returns (bytes32)
    {
        bytes32[32] memory first;
        first[BATCH] = bytes32(uint256(batch));
        first[DATA_COMMITMENT] = posted[0];
        first[DATA_LEN] = posted[1];
        first[BLOCK_NUMBER] = parentEnd[BLOCK_NUMBER];
        first[TIMESTAMP_MS] = parentEnd[TIMESTAMP_MS];
        first[PREV_HASH] = parentEnd[PREV_HASH];
        first[TX_FRONTIER] = EMPTY_FRONTIER;
        first[STATE_ROOT] = parentEnd[STATE_ROOT];
        first[INBOX_INDEX] = parentEnd[INBOX_INDEX];
        first[INBOX_ROOT] = posted[2];
        first[INBOX_MUST] = posted[3];
        first[L1_TIME] = posted[4];
        first[L1_BLOCK_HASH] = posted[5];
        first[CONFIG_HASH] = posted[6];
        first[BLOCK_FRONTIER] = EMPTY_FRONTIER;
        return Hashing.wordsInMemory(first);
    }

    /// @notice Reverts with the first word of `end` that no execution of the batch can end with.
    function checkEnd(bytes32[32] calldata end, uint64 batch, bytes32[7] calldata posted)
        internal
        pure
    {
        // Written out with constant indexes, which cost a third of a loop's.
        if (end[BATCH] != bytes32(uint256(batch))) fail(end, BATCH);
        if (end[DATA_COMMITMENT] != posted[0]) fail(end, DATA_COMMITMENT);
        if (end[DATA_LEN] != posted[1]) fail(end, DATA_LEN);
        if (end[OPENING_TIMESTAMP_MS] != 0) fail(end, OPENING_TIMESTAMP_MS);
        if (end[PHASE] != bytes32(PHASE_FINISHED)) fail(end, PHASE);
        if (end[WORK] != 0) fail(end, WORK);
        if (uint256(end[INBOX_INDEX]) < uint256(posted[3])) fail(end, INBOX_INDEX);
        if (end[INBOX_ROOT] != posted[2]) fail(end, INBOX_ROOT);
        if (end[INBOX_MUST] != posted[3]) fail(end, INBOX_MUST);
        if (end[L1_TIME] != posted[4]) fail(end, L1_TIME);
        if (end[L1_BLOCK_HASH] != posted[5]) fail(end, L1_BLOCK_HASH);
        if (end[CONFIG_HASH] != posted[6]) fail(end, CONFIG_HASH);
        if (end[STATUS] != 0) fail(end, STATUS);
        bytes32 unused =
            end[24] | end[25] | end[26] | end[27] | end[28] | end[29] | end[30] | end[31];
        for (uint256 word = FIRST_UNUSED; unused != 0; ++word) {
            if (end[word] != 0) fail(end, word);
        }
    }

    /// @notice The end of batch 0, from which batch 1 starts.
    function genesisEndHash(bytes32 stateRoot, bytes32 configHash)
        internal
        pure
        returns (bytes32)
    {
        bytes32[32] memory end;
        end[PHASE] = bytes32(PHASE_FINISHED);
        end[STATE_ROOT] = stateRoot;
        end[CONFIG_HASH] = configHash;
        return Hashing.wordsInMemory(end);
    }

    /// @notice Hash of the cursor of 32 zero words, which stands for the first cursor of batch 0.
    function zeroHash() internal pure returns (bytes32) {
        bytes32[32] memory zero;
        return Hashing.wordsInMemory(zero);
    }

    function fail(bytes32[32] calldata end, uint256 word) private pure {
        revert IBatchRegistry.ImpossibleEnd(word, end[word]);
    }
}
