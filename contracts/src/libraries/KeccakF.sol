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

    /// @dev In assembly for the price: 25 lanes have no place on the stack, and Solidity would
    /// check each of their indexes in each of the 24 rounds.
    ///
    /// Lane x + 5y is at a + 32 (x + 5y). The first half of a round makes the column parities
    /// c0 .. c4, adds to each lane of column x the word d of its column (theta), rotates it (rho)
    /// and writes it to its new place in `b` (pi: x, y goes to y, 2x + 3y). The second half mixes
    /// the rows of `b` back into `a` (chi) and adds the round's constant (iota). Between rounds
    /// and in c and d nothing stands above bit 63; a rotation leaves bits there, which chi takes
    /// away.
    function rounds(uint256[LANES] memory lanes) private pure {
        uint256[LANES] memory moved;
        // Round constants, 8 bytes each.
        bytes32[6] memory constants;
        assembly ("memory-safe") {
            function rotated(lane, by) -> value {
                value := or(shl(by, lane), shr(sub(64, by), lane))
            }
            function theta(before, after_) -> d {
                d := xor(before, and(rotated(after_, 1), 0xffffffffffffffff))
            }
            // The five lanes of the column whose first is at `lane`.
            function parity(lane) -> c {
                c := xor(mload(lane), mload(add(lane, 0xa0)))
                c := xor(c, xor(mload(add(lane, 0x140)), mload(add(lane, 0x1e0))))
                c := xor(c, mload(add(lane, 0x280)))
            }
            function chi(lane, next, afterNext) -> value {
                value := and(xor(lane, and(not(next), afterNext)), 0xffffffffffffffff)
            }

            mstore(
                add(constants, 0x00),
                0x00000000000000010000000000008082800000000000808a8000000080008000
            )
            mstore(
                add(constants, 0x20),
                0x000000000000808b000000008000000180000000800080818000000000008009
            )
            mstore(
                add(constants, 0x40),
                0x000000000000008a00000000000000880000000080008009000000008000000a
            )
            mstore(
                add(constants, 0x60),
                0x000000008000808b800000000000008b80000000000080898000000000008003
            )
            mstore(
                add(constants, 0x80),
                0x80000000000080028000000000000080000000000000800a800000008000000a
            )
            mstore(
                add(constants, 0xa0),
                0x8000000080008081800000000000808000000000800000018000000080008008
            )
            let a := lanes
            let b := moved
            for { let round := 0 } lt(round, 24) { round := add(round, 1) } {
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

                for { let row := 0 } lt(row, 0x320) { row := add(row, 0xa0) } {
                    let from := add(b, row)
                    let to := add(a, row)
                    c0 := mload(from)
                    c1 := mload(add(from, 0x20))
                    c2 := mload(add(from, 0x40))
                    c3 := mload(add(from, 0x60))
                    c4 := mload(add(from, 0x80))
                    mstore(to, chi(c0, c1, c2))
                    mstore(add(to, 0x20), chi(c1, c2, c3))
                    mstore(add(to, 0x40), chi(c2, c3, c4))
                    mstore(add(to, 0x60), chi(c3, c4, c0))
                    mstore(add(to, 0x80), chi(c4, c0, c1))
                }
                // The constant is the high 8 bytes of the word that begins with it.
                let constant_ := shr(192, mload(add(constants, shl(3, round))))
                mstore(a, xor(mload(a), constant_))
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
