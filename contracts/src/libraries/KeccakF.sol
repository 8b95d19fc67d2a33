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
        for (uint256 i = 0; i < LANES; ++i) {
            lanes[i] = uint64(swapped(uint256(words[i / 4])) >> (192 - 64 * (i % 4)));
        }
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
            lanes[0] ^= uint64(constants[round / 4] >> (192 - 64 * (round % 4)));
        }
    }

    /// @dev Theta, rho and pi. Lane x + 5y is at a + 32 (x + 5y). c0 .. c4 are the parities of the
    /// columns. Each lane of column x gets the word d of its column added (theta), is rotated
    /// (rho) and goes to its new place in `moved` (pi: x, y goes to y, 2x + 3y).
    ///
    /// Here and in mixRows in assembly for the price: 25 lanes have no place on the stack, and
    /// Solidity would check each index in each of the 24 rounds. Lanes of `lanes`, c and d have
    /// nothing above bit 63; a rotation leaves bits there, which mixRows takes away.
    function mixColumns(uint256[LANES] memory lanes, uint256[LANES] memory moved) private pure {
        assembly ("memory-safe") {
            function rotated(lane, by) -> value {
                value := or(shl(by, lane), shr(sub(64, by), lane))
            }
            function theta(before, behind) -> d {
                d := xor(before, and(rotated(behind, 1), 0xffffffffffffffff))
            }
            function parity(lane) -> c {
                c := xor(mload(lane), mload(add(lane, 0xa0)))
                c := xor(c, xor(mload(add(lane, 0x140)), mload(add(lane, 0x1e0))))
                c := xor(c, mload(add(lane, 0x280)))
            }

            let a := lanes
            let b := moved
            let c0 := parity(a)
            let c1 := parity(add(a, 0x20))
            let c2 := parity(add(a, 0x40))
            let c3 := parity(add(a, 0x60))
            let c4 := parity(add(a, 0x80))

            let d := theta(c4, c1)
            mstore(b, xor(mload(a), d))
            mstore(add(b, 0x200), rotated(xor(mload(add(a, 0x0a0)), d), 36))
            mstore(add(b, 0x0e0), rotated(xor(mload(add(a, 0x140)), d), 3))
            mstore(add(b, 0x2e0), rotated(xor(mload(add(a, 0x1e0)), d), 41))
            mstore(add(b, 0x1c0), rotated(xor(mload(add(a, 0x280)), d), 18))

            d := theta(c0, c2)
            mstore(add(b, 0x140), rotated(xor(mload(add(a, 0x020)), d), 1))
            mstore(add(b, 0x020), rotated(xor(mload(add(a, 0x0c0)), d), 44))
            mstore(add(b, 0x220), rotated(xor(mload(add(a, 0x160)), d), 10))
            mstore(add(b, 0x100), rotated(xor(mload(add(a, 0x200)), d), 45))
            mstore(add(b, 0x300), rotated(xor(mload(add(a, 0x2a0)), d), 2))

            d := theta(c1, c3)
            mstore(add(b, 0x280), rotated(xor(mload(add(a, 0x040)), d), 62))
            mstore(add(b, 0x160), rotated(xor(mload(add(a, 0x0e0)), d), 6))
            mstore(add(b, 0x040), rotated(xor(mload(add(a, 0x180)), d), 43))
            mstore(add(b, 0x240), rotated(xor(mload(add(a, 0x220)), d), 15))
            mstore(add(b, 0x120), rotated(xor(mload(add(a, 0x2c0)), d), 61))

            d := theta(c2, c4)
            mstore(add(b, 0x0a0), rotated(xor(mload(add(a, 0x060)), d), 28))
            mstore(add(b, 0x2a0), rotated(xor(mload(add(a, 0x100)), d), 55))
            mstore(add(b, 0x180), rotated(xor(mload(add(a, 0x1a0)), d), 25))
            mstore(add(b, 0x060), rotated(xor(mload(add(a, 0x240)), d), 21))
            mstore(add(b, 0x260), rotated(xor(mload(add(a, 0x2e0)), d), 56))

            d := theta(c3, c0)
            mstore(add(b, 0x1e0), rotated(xor(mload(add(a, 0x080)), d), 27))
            mstore(add(b, 0x0c0), rotated(xor(mload(add(a, 0x120)), d), 20))
            mstore(add(b, 0x2c0), rotated(xor(mload(add(a, 0x1c0)), d), 39))
            mstore(add(b, 0x1a0), rotated(xor(mload(add(a, 0x260)), d), 8))
            mstore(add(b, 0x080), rotated(xor(mload(add(a, 0x300)), d), 14))
        }
    }

    /// @dev Chi: each lane of a row of `moved` with the two behind it.
    function mixRows(uint256[LANES] memory moved, uint256[LANES] memory lanes) private pure {
        assembly ("memory-safe") {
            function chi(lane, next, afterNext) -> value {
                value := and(xor(lane, and(not(next), afterNext)), 0xffffffffffffffff)
            }

            for { let row := 0 } lt(row, 0x320) { row := add(row, 0xa0) } {
                let from := add(moved, row)
                let to := add(lanes, row)
                let c0 := mload(from)
                let c1 := mload(add(from, 0x20))
                let c2 := mload(add(from, 0x40))
                let c3 := mload(add(from, 0x60))
                let c4 := mload(add(from, 0x80))
                mstore(to, chi(c0, c1, c2))
                mstore(add(to, 0x20), chi(c1, c2, c3))
                mstore(add(to, 0x40), chi(c2, c3, c4))
                mstore(add(to, 0x60), chi(c3, c4, c0))
                mstore(add(to, 0x80), chi(c4, c0, c1))
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
