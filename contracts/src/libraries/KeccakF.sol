// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title KeccakF
/// @notice The permutation Keccak-f[1600] (FIPS 202, 3.3), which the EVM has only inside its
/// hash.
library KeccakF {
    uint256 private constant LANES = 25;

    /// @notice Permutes the 25 little-endian lanes in the first 200 of the 256 bytes of `words`;
    /// the others stay.
    function permute(bytes32[] memory words) internal pure {
        uint256[LANES] memory lanes;
        for (uint256 i = 0; i < 6; ++i) {
            uint256 four = swapped(uint256(words[i]));
            lanes[4 * i] = four >> 192;
            lanes[4 * i + 1] = uint64(four >> 128);
            lanes[4 * i + 2] = uint64(four >> 64);
            lanes[4 * i + 3] = uint64(four);
        }
        lanes[24] = swapped(uint256(words[6])) >> 192;
        rounds(lanes);
        uint256 rest = uint192(uint256(words[6]));
        for (uint256 i = 0; i < 6; ++i) {
            words[i] = bytes32(
                swapped(
                    lanes[4 * i] << 192 | lanes[4 * i + 1] << 128 | lanes[4 * i + 2] << 64
                        | lanes[4 * i + 3]
                )
            );
        }
        words[6] = bytes32(swapped(lanes[24] << 192) | rest);
    }

    function rounds(uint256[LANES] memory lanes) private pure {
        // The constants of the rounds, four to a word, the first in its highest bits.
        uint256[6] memory constants = [
            uint256(0x00000000000000010000000000008082800000000000808a8000000080008000),
            0x000000000000808b000000008000000180000000800080818000000000008009,
            0x000000000000008a00000000000000880000000080008009000000008000000a,
            0x000000008000808b800000000000008b80000000000080898000000000008003,
            0x80000000000080028000000000000080000000000000800a800000008000000a,
            0x8000000080008081800000000000808000000000800000018000000080008008
        ];
        uint256[LANES] memory moved;
        for (uint256 round = 0; round < 24; ++round) {
            mixColumns(lanes, moved);
            mixRows(moved, lanes);
            assembly ("memory-safe") {
                // Iota. The word that ends with a constant; what stands before the first is memory
                // too.
                let word := mload(sub(add(constants, mul(8, round)), 24))
                mstore(lanes, xor(mload(lanes), and(word, 0xffffffffffffffff)))
            }
        }
    }

    /// @dev Theta, rho and pi. Lane x + 5y is at a + 32 (x + 5y). c0 .. c4 are the parities of the
    /// columns. Each lane of column x gets the word d of its column added (theta), is rotated
    /// (rho) and goes to its new place in `moved` (pi: x, y goes to y, 2x + 3y).
    ///
    /// Here and in mixRows in assembly for the price: 25 lanes have no place on the stack, and
    /// Solidity would check each index in each of the 24 rounds. Without functions, of which each
    /// call costs as much as its body. Lanes of `lanes`, c and d have nothing above bit 63; a
    /// rotation leaves bits there, which mixRows takes away.
    function mixColumns(uint256[LANES] memory lanes, uint256[LANES] memory moved) private pure {
        (uint256 c0, uint256 c1, uint256 c2, uint256 c3, uint256 c4) = parities(lanes);
        assembly ("memory-safe") {
            let a := lanes
            let b := moved
            let lane := 0
            let d := xor(c4, and(or(shl(1, c1), shr(63, c1)), 0xffffffffffffffff))
            mstore(b, xor(mload(a), d))
            lane := xor(mload(add(a, 0x0a0)), d)
            mstore(add(b, 0x200), or(shl(36, lane), shr(28, lane)))
            lane := xor(mload(add(a, 0x140)), d)
            mstore(add(b, 0x0e0), or(shl(3, lane), shr(61, lane)))
            lane := xor(mload(add(a, 0x1e0)), d)
            mstore(add(b, 0x2e0), or(shl(41, lane), shr(23, lane)))
            lane := xor(mload(add(a, 0x280)), d)
            mstore(add(b, 0x1c0), or(shl(18, lane), shr(46, lane)))

            d := xor(c0, and(or(shl(1, c2), shr(63, c2)), 0xffffffffffffffff))
            lane := xor(mload(add(a, 0x020)), d)
            mstore(add(b, 0x140), or(shl(1, lane), shr(63, lane)))
            lane := xor(mload(add(a, 0x0c0)), d)
            mstore(add(b, 0x020), or(shl(44, lane), shr(20, lane)))
            lane := xor(mload(add(a, 0x160)), d)
            mstore(add(b, 0x220), or(shl(10, lane), shr(54, lane)))
            lane := xor(mload(add(a, 0x200)), d)
            mstore(add(b, 0x100), or(shl(45, lane), shr(19, lane)))
            lane := xor(mload(add(a, 0x2a0)), d)
            mstore(add(b, 0x300), or(shl(2, lane), shr(62, lane)))

            d := xor(c1, and(or(shl(1, c3), shr(63, c3)), 0xffffffffffffffff))
            lane := xor(mload(add(a, 0x040)), d)
            mstore(add(b, 0x280), or(shl(62, lane), shr(2, lane)))
            lane := xor(mload(add(a, 0x0e0)), d)
            mstore(add(b, 0x160), or(shl(6, lane), shr(58, lane)))
            lane := xor(mload(add(a, 0x180)), d)
            mstore(add(b, 0x040), or(shl(43, lane), shr(21, lane)))
            lane := xor(mload(add(a, 0x220)), d)
            mstore(add(b, 0x240), or(shl(15, lane), shr(49, lane)))
            lane := xor(mload(add(a, 0x2c0)), d)
            mstore(add(b, 0x120), or(shl(61, lane), shr(3, lane)))

            d := xor(c2, and(or(shl(1, c4), shr(63, c4)), 0xffffffffffffffff))
            lane := xor(mload(add(a, 0x060)), d)
            mstore(add(b, 0x0a0), or(shl(28, lane), shr(36, lane)))
            lane := xor(mload(add(a, 0x100)), d)
            mstore(add(b, 0x2a0), or(shl(55, lane), shr(9, lane)))
            lane := xor(mload(add(a, 0x1a0)), d)
            mstore(add(b, 0x180), or(shl(25, lane), shr(39, lane)))
            lane := xor(mload(add(a, 0x240)), d)
            mstore(add(b, 0x060), or(shl(21, lane), shr(43, lane)))
            lane := xor(mload(add(a, 0x2e0)), d)
            mstore(add(b, 0x260), or(shl(56, lane), shr(8, lane)))

            d := xor(c3, and(or(shl(1, c0), shr(63, c0)), 0xffffffffffffffff))
            lane := xor(mload(add(a, 0x080)), d)
            mstore(add(b, 0x1e0), or(shl(27, lane), shr(37, lane)))
            lane := xor(mload(add(a, 0x120)), d)
            mstore(add(b, 0x0c0), or(shl(20, lane), shr(44, lane)))
            lane := xor(mload(add(a, 0x1c0)), d)
            mstore(add(b, 0x2c0), or(shl(39, lane), shr(25, lane)))
            lane := xor(mload(add(a, 0x260)), d)
            mstore(add(b, 0x1a0), or(shl(8, lane), shr(56, lane)))
            lane := xor(mload(add(a, 0x300)), d)
            mstore(add(b, 0x080), or(shl(14, lane), shr(50, lane)))
        }
    }

    /// @dev Of the columns x = 0 .. 4.
    function parities(uint256[LANES] memory lanes)
        private
        pure
        returns (uint256 c0, uint256 c1, uint256 c2, uint256 c3, uint256 c4)
    {
        assembly ("memory-safe") {
            let a := lanes
            c0 := xor(mload(a), mload(add(a, 0x0a0)))
            c0 := xor(c0, xor(mload(add(a, 0x140)), mload(add(a, 0x1e0))))
            c0 := xor(c0, mload(add(a, 0x280)))
            c1 := xor(mload(add(a, 0x020)), mload(add(a, 0x0c0)))
            c1 := xor(c1, xor(mload(add(a, 0x160)), mload(add(a, 0x200))))
            c1 := xor(c1, mload(add(a, 0x2a0)))
            c2 := xor(mload(add(a, 0x040)), mload(add(a, 0x0e0)))
            c2 := xor(c2, xor(mload(add(a, 0x180)), mload(add(a, 0x220))))
            c2 := xor(c2, mload(add(a, 0x2c0)))
            c3 := xor(mload(add(a, 0x060)), mload(add(a, 0x100)))
            c3 := xor(c3, xor(mload(add(a, 0x1a0)), mload(add(a, 0x240))))
            c3 := xor(c3, mload(add(a, 0x2e0)))
            c4 := xor(mload(add(a, 0x080)), mload(add(a, 0x120)))
            c4 := xor(c4, xor(mload(add(a, 0x1c0)), mload(add(a, 0x260))))
            c4 := xor(c4, mload(add(a, 0x300)))
        }
    }

    /// @dev Chi: each lane of a row of `moved` with the two behind it.
    function mixRows(uint256[LANES] memory moved, uint256[LANES] memory lanes) private pure {
        assembly ("memory-safe") {
            let ones := 0xffffffffffffffff
            for { let row := 0 } lt(row, 0x320) { row := add(row, 0xa0) } {
                let from := add(moved, row)
                let to := add(lanes, row)
                let c0 := mload(from)
                let c1 := mload(add(from, 0x20))
                let c2 := mload(add(from, 0x40))
                let c3 := mload(add(from, 0x60))
                let c4 := mload(add(from, 0x80))
                mstore(to, and(xor(c0, and(not(c1), c2)), ones))
                mstore(add(to, 0x20), and(xor(c1, and(not(c2), c3)), ones))
                mstore(add(to, 0x40), and(xor(c2, and(not(c3), c4)), ones))
                mstore(add(to, 0x60), and(xor(c3, and(not(c4), c0)), ones))
                mstore(add(to, 0x80), and(xor(c4, and(not(c0), c1)), ones))
            }
        }
    }

    /// @dev Each group of eight bytes in the opposite order.
    function swapped(uint256 value) private pure returns (uint256) {
        uint256 mask = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
        value = ((value & mask) << 8) | ((value >> 8) & mask);
        mask = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
        value = ((value & mask) << 16) | ((value >> 16) & mask);
        mask = 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
        return ((value & mask) << 32) | ((value >> 32) & mask);
    }
}
