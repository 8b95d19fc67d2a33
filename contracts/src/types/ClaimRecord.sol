// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What a game keeps of a claim, in one slot: poster (160 bits), whether it paid the
/// contest bond (1), when it was posted (31, seconds: good for 68 years), and which of its 64
/// intervals are marked (64). Zero: there is no such claim.
type ClaimRecord is uint256;

using {poster, isFirst, posted, marked, withMark} for ClaimRecord global;

uint256 constant MAX_POSTED = 2 ** 31 - 1;

/// @dev Later than `MAX_POSTED` counts as that, which would only add to the claim's time.
function toClaimRecord(address poster_, bool first, uint256 time) pure returns (ClaimRecord) {
    if (time > MAX_POSTED) time = MAX_POSTED;
    uint256 word = uint256(uint160(poster_)) << 96 | time << 64;
    return ClaimRecord.wrap(first ? word | 1 << 95 : word);
}

function poster(ClaimRecord record) pure returns (address) {
    return address(uint160(ClaimRecord.unwrap(record) >> 96));
}

function isFirst(ClaimRecord record) pure returns (bool) {
    return ClaimRecord.unwrap(record) >> 95 & 1 == 1;
}

function posted(ClaimRecord record) pure returns (uint256) {
    return ClaimRecord.unwrap(record) >> 64 & MAX_POSTED;
}

function marked(ClaimRecord record) pure returns (uint64) {
    return uint64(ClaimRecord.unwrap(record));
}

function withMark(ClaimRecord record, uint256 index) pure returns (ClaimRecord) {
    return ClaimRecord.wrap(ClaimRecord.unwrap(record) | 1 << index);
}
