// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Instructions of RV32 by their formats, fields in the order of the specification's
/// pictures: from the highest bits down.
library Instruction {
    uint32 internal constant ECALL = 0x00000073;

    function r(uint32 funct7, uint32 rs2, uint32 rs1, uint32 funct3, uint32 rd, uint32 opcode)
        internal
        pure
        returns (uint32)
    {
        return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
    }

    function i(int32 imm, uint32 rs1, uint32 funct3, uint32 rd, uint32 opcode)
        internal
        pure
        returns (uint32)
    {
        return uint32(imm) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
    }

    function s(int32 imm, uint32 rs2, uint32 rs1, uint32 funct3, uint32 opcode)
        internal
        pure
        returns (uint32)
    {
        uint32 bits = uint32(imm);
        return r((bits >> 5) & 0x7f, rs2, rs1, funct3, bits & 0x1f, opcode);
    }

    function b(int32 imm, uint32 rs2, uint32 rs1, uint32 funct3, uint32 opcode)
        internal
        pure
        returns (uint32)
    {
        uint32 bits = uint32(imm);
        uint32 high = ((bits >> 12) & 1) << 6 | ((bits >> 5) & 0x3f);
        uint32 low = (bits & 0x1e) | ((bits >> 11) & 1);
        return r(high, rs2, rs1, funct3, low, opcode);
    }

    function u(uint32 imm, uint32 rd, uint32 opcode) internal pure returns (uint32) {
        return (imm & 0xfffff000) | rd << 7 | opcode;
    }

    function j(int32 imm, uint32 rd, uint32 opcode) internal pure returns (uint32) {
        uint32 bits = uint32(imm);
        uint32 high = ((bits >> 20) & 1) << 31 | ((bits >> 1) & 0x3ff) << 21;
        uint32 low = ((bits >> 11) & 1) << 20 | ((bits >> 12) & 0xff) << 12;
        return high | low | rd << 7 | opcode;
    }
}
