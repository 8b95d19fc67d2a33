// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Checkpoints
/// @notice A ring of the newest 2^14 pairs (time, count), four to a storage slot, numbered from 1.
/// Times are seconds since an origin that the owner of the ring chooses. It holds 54 hours of
/// blocks that are 12 seconds apart.
library Checkpoints {
    uint64 internal constant CAPACITY = 1 << 14;

    /// @param slots entry n is bits 64 (n mod 4) .. of slot (n mod CAPACITY) / 4: time, count
    struct Ring {
        uint256[CAPACITY / 4] slots;
    }

    function get(Ring storage ring, uint64 number)
        internal
        view
        returns (uint32 time, uint32 count)
    {
        uint64 entry = uint64(ring.slots[slotOf(number)] >> shiftOf(number));
        return (uint32(entry >> 32), uint32(entry));
    }

    function set(Ring storage ring, uint64 number, uint32 time, uint32 count) internal {
        uint256 entry = uint256(time) << 32 | count;
        uint256 shift = shiftOf(number);
        uint256 slot = slotOf(number);
        uint256 others = ring.slots[slot] & ~(uint256(type(uint64).max) << shift);
        ring.slots[slot] = others | entry << shift;
    }

    function slotOf(uint64 number) private pure returns (uint256) {
        return (number % CAPACITY) / 4;
    }

    function shiftOf(uint64 number) private pure returns (uint256) {
        return (number % 4) * 64;
    }
}
