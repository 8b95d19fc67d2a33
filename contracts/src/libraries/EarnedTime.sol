// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title EarnedTime
/// @notice Earned times by set of lanes that are counted further up: entry s (bits 40 s .. 40 s +
/// 39) is for the set whose lanes are the bits of s, of two lanes at most. All arithmetic stops at
/// infinity, 2^40 - 1.
library EarnedTime {
    uint256 internal constant INFINITY = 2 ** 40 - 1;
    uint256 internal constant SETS = 4;
    /// @dev Infinity for every set, which is also the mask of all entries.
    uint256 internal constant ALL_INFINITE = 2 ** 160 - 1;

    function entry(uint256 times, uint256 set) internal pure returns (uint256) {
        return times >> (40 * set) & INFINITY;
    }

    /// @notice The same time for every set.
    function all(uint256 time) internal pure returns (uint256) {
        if (time > INFINITY) time = INFINITY;
        unchecked {
            return time * (1 | 1 << 40 | 1 << 80 | 1 << 120);
        }
    }

    function sum(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            uint256 total = a + b;
            return a > INFINITY || b > INFINITY || total > INFINITY ? INFINITY : total;
        }
    }

    /// @notice Adds `time` to every entry.
    function plus(uint256 times, uint256 time) internal pure returns (uint256 result) {
        if (time == 0 || times == ALL_INFINITE) return times;
        if (isSame(times)) return all(sum(times & INFINITY, time));
        for (uint256 set = 0; set < SETS; ++set) {
            result |= sum(entry(times, set), time) << (40 * set);
        }
    }

    function least(uint256 a, uint256 b) internal pure returns (uint256 result) {
        if (isSame(a) && isSame(b)) return a < b ? a : b;
        for (uint256 set = 0; set < SETS; ++set) {
            (uint256 x, uint256 y) = (entry(a, set), entry(b, set));
            result |= (x < y ? x : y) << (40 * set);
        }
    }

    function largest(uint256 a, uint256 b) internal pure returns (uint256 result) {
        b &= ALL_INFINITE;
        if (isSame(a) && isSame(b)) return a > b ? a : b;
        for (uint256 set = 0; set < SETS; ++set) {
            (uint256 x, uint256 y) = (entry(a, set), entry(b, set));
            result |= (x > y ? x : y) << (40 * set);
        }
    }

    /// @notice Counts the lanes of `credited` wherever they are not counted further up.
    /// @param credits seconds that each lane is worth
    function withCredits(uint256 times, uint256 credited, uint64[2] memory credits)
        internal
        pure
        returns (uint256 result)
    {
        for (uint256 set = 0; set < SETS; ++set) {
            uint256 fresh = credited & ~set;
            uint256 time = entry(times, set | credited);
            if (fresh & 1 != 0) time = sum(time, credits[0]);
            if (fresh & 2 != 0) time = sum(time, credits[1]);
            result |= time << (40 * set);
        }
    }

    /// @dev Whether all sets have one time, as they have without lanes.
    function isSame(uint256 times) private pure returns (bool) {
        return times == all(times & INFINITY);
    }

    function unpack(uint256 times) internal pure returns (uint40[4] memory entries) {
        for (uint256 set = 0; set < SETS; ++set) {
            entries[set] = uint40(entry(times, set));
        }
    }
}
