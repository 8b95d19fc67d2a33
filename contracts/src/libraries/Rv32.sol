// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Rv32
/// @notice RV32I and M (the RISC-V unprivileged specification, 2.1 and 2.0) without state: fields
/// of an instruction, and what an instruction makes of its operands.
library Rv32 {
    uint32 internal constant LOAD = 0x03;
    uint32 internal constant FENCE = 0x0f;
    uint32 internal constant OP_IMM = 0x13;
    uint32 internal constant AUIPC = 0x17;
    uint32 internal constant STORE = 0x23;
    uint32 internal constant OP = 0x33;
    uint32 internal constant LUI = 0x37;
    uint32 internal constant BRANCH = 0x63;
    uint32 internal constant JALR = 0x67;
    uint32 internal constant JAL = 0x6f;
    /// @notice The one instruction of its opcode that is known.
    uint32 internal constant ECALL = 0x00000073;

    uint32 private constant FUNCT7_M = 0x01;
    uint32 private constant FUNCT7_ALTERNATE = 0x20;

    /// @notice The little-endian word of `leaf` at `location`, a multiple of 4.
    function wordAt(bytes32 leaf, uint32 location) internal pure returns (uint32) {
        return swapped(uint32(uint256(leaf) >> shiftOf(4, location)));
    }

    function opcode(uint32 word) internal pure returns (uint32) {
        return word & 0x7f;
    }

    function rd(uint32 word) internal pure returns (uint32) {
        return (word >> 7) & 0x1f;
    }

    function funct3(uint32 word) internal pure returns (uint32) {
        return (word >> 12) & 7;
    }

    function rs1(uint32 word) internal pure returns (uint32) {
        return (word >> 15) & 0x1f;
    }

    function rs2(uint32 word) internal pure returns (uint32) {
        return (word >> 20) & 0x1f;
    }

    function funct7(uint32 word) internal pure returns (uint32) {
        return word >> 25;
    }

    function immediateI(uint32 word) internal pure returns (uint32) {
        return sra(word, 20);
    }

    function immediateS(uint32 word) internal pure returns (uint32) {
        return (sra(word, 20) & 0xffffffe0) | rd(word);
    }

    function immediateB(uint32 word) internal pure returns (uint32) {
        return (sra(word, 19) & 0xfffff000) | ((word & 0x80) << 4) | ((word >> 20) & 0x7e0)
            | ((word >> 7) & 0x1e);
    }

    function immediateU(uint32 word) internal pure returns (uint32) {
        return word & 0xfffff000;
    }

    function immediateJ(uint32 word) internal pure returns (uint32) {
        return (sra(word, 11) & 0xfff00000) | (word & 0xff000) | ((word >> 9) & 0x800)
            | ((word >> 20) & 0x7fe);
    }

    /// @notice A register with an immediate (opcode OP_IMM).
    /// @return known whether there is such an instruction
    function withImmediate(uint32 word, uint32 a)
        internal
        pure
        returns (bool known, uint32 value)
    {
        uint32 kind = funct3(word);
        bool shift = kind == 1 || kind == 5;
        bool alternate = kind == 5 && funct7(word) == FUNCT7_ALTERNATE;
        if (shift && funct7(word) != 0 && !alternate) return (false, 0);
        return (true, arithmetic(kind, alternate, a, immediateI(word)));
    }

    /// @notice Two registers (opcode OP).
    /// @return known whether there is such an instruction
    function withRegister(uint32 word, uint32 a, uint32 b)
        internal
        pure
        returns (bool known, uint32 value)
    {
        uint32 kind = funct3(word);
        if (funct7(word) == 0) return (true, arithmetic(kind, false, a, b));
        if (funct7(word) == FUNCT7_M) return (true, multiplication(kind, a, b));
        if (funct7(word) == FUNCT7_ALTERNATE && (kind == 0 || kind == 5)) {
            return (true, arithmetic(kind, true, a, b));
        }
        return (false, 0);
    }

    /// @notice Whether a branch is taken.
    /// @return known whether there is such an instruction
    function branch(uint32 word, uint32 a, uint32 b)
        internal
        pure
        returns (bool known, bool taken)
    {
        uint32 kind = funct3(word);
        if (kind == 2 || kind == 3) return (false, false);
        if (kind < 2) taken = a == b;
        else if (kind < 6) taken = int32(a) < int32(b);
        else taken = a < b;
        // Odd kinds ask for the opposite: BNE, BGE, BGEU.
        if (kind % 2 == 1) taken = !taken;
        return (true, taken);
    }

    /// @notice Bytes that a load reaches; 0: there is no such instruction.
    function loadSize(uint32 word) internal pure returns (uint32) {
        uint32 kind = funct3(word);
        return kind == 3 || kind > 5 ? 0 : uint32(1) << (kind % 4);
    }

    /// @notice Bytes that a store reaches; 0: there is no such instruction.
    function storeSize(uint32 word) internal pure returns (uint32) {
        uint32 kind = funct3(word);
        return kind > 2 ? 0 : uint32(1) << kind;
    }

    /// @notice What a load makes of the `size` bytes of `leaf` at `location`, which is aligned.
    function loaded(uint32 word, uint32 size, bytes32 leaf, uint32 location)
        internal
        pure
        returns (uint32 value)
    {
        uint32 missing = 32 - 8 * size;
        value = swapped(uint32(uint256(leaf) >> shiftOf(size, location))) >> missing;
        // LB and LH extend the sign, LBU and LHU do not.
        if (funct3(word) < 4) value = sra(value << missing, missing);
    }

    /// @notice `leaf` with the low `size` bytes of `value` at `location`, which is aligned.
    function stored(uint32 value, uint32 size, bytes32 leaf, uint32 location)
        internal
        pure
        returns (bytes32)
    {
        uint256 shift = shiftOf(size, location);
        uint256 mask = ((1 << (8 * size)) - 1) << shift;
        uint256 inside = uint256(swapped(value) >> (32 - 8 * size)) << shift;
        return bytes32((uint256(leaf) & ~mask) | inside);
    }

    /// @notice The four bytes in the opposite order.
    function swapped(uint32 value) internal pure returns (uint32) {
        value = ((value & 0x00ff00ff) << 8) | ((value >> 8) & 0x00ff00ff);
        return (value << 16) | (value >> 16);
    }

    function arithmetic(uint32 kind, bool alternate, uint32 a, uint32 b)
        private
        pure
        returns (uint32)
    {
        unchecked {
            if (kind == 0) return alternate ? a - b : a + b;
            if (kind == 1) return a << (b & 31);
            if (kind == 2) return int32(a) < int32(b) ? 1 : 0;
            if (kind == 3) return a < b ? 1 : 0;
            if (kind == 4) return a ^ b;
            if (kind == 5) return alternate ? sra(a, b & 31) : a >> (b & 31);
            if (kind == 6) return a | b;
            return a & b;
        }
    }

    /// @dev In 64 bits no product and no quotient overflows, -2^31 / -1 included.
    function multiplication(uint32 kind, uint32 a, uint32 b) private pure returns (uint32) {
        unchecked {
            int64 signedA = int32(a);
            int64 signedB = int32(b);
            if (kind == 0) return a * b;
            if (kind == 1) return low((signedA * signedB) >> 32);
            if (kind == 2) return low((signedA * int64(uint64(b))) >> 32);
            if (kind == 3) return uint32((uint64(a) * b) >> 32);
            if (kind == 4) return b == 0 ? type(uint32).max : low(signedA / signedB);
            if (kind == 5) return b == 0 ? type(uint32).max : a / b;
            if (kind == 6) return b == 0 ? a : low(signedA % signedB);
            return b == 0 ? a : a % b;
        }
    }

    function low(int64 value) private pure returns (uint32) {
        return uint32(uint64(value));
    }

    function sra(uint32 value, uint32 by) private pure returns (uint32) {
        return uint32(int32(value) >> by);
    }

    /// @dev Bits below the `size` bytes at `location` in their leaf.
    function shiftOf(uint32 size, uint32 location) private pure returns (uint256) {
        return 8 * (32 - size - location % 32);
    }
}
