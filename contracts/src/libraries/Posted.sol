// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchInbox} from "../interfaces/IBatchInbox.sol";
import {IBatchRegistry} from "../interfaces/IBatchRegistry.sol";
import {Hashing} from "./Hashing.sol";

/// @title Posted
/// @notice The seven words that L1 fixed for a batch, and what they name.
library Posted {
    uint256 private constant TIME_WORD = 4;
    uint256 private constant CONFIG_WORD = 6;
    uint256 private constant CONFIG_IMAGE_WORD = 2;

    /// @notice Reverts unless these are the words that were fixed.
    function check(address batchInbox, uint64 batch, bytes32[7] calldata posted) internal view {
        bytes32 given = Hashing.sevenWords(posted);
        bytes32 stored = IBatchInbox(batchInbox).postedHash(batch);
        if (given != stored) revert IBatchRegistry.BatchNotFixedSo(batch, given, stored);
    }

    /// @notice The program by which the batch is judged.
    /// @param posted checked
    function image(bytes32[7] calldata posted, bytes32[32] calldata config)
        internal
        pure
        returns (bytes32 root)
    {
        bytes32 hash = Hashing.words(config);
        if (hash != posted[CONFIG_WORD]) {
            revert IBatchRegistry.WrongConfiguration(hash, posted[CONFIG_WORD]);
        }
        root = config[CONFIG_IMAGE_WORD];
    }

    /// @notice When the batch was fixed, in seconds.
    function time(bytes32[7] calldata posted) internal pure returns (uint64) {
        return uint64(uint256(posted[TIME_WORD]) / 1000);
    }
}
