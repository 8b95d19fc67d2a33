// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Instruction} from "./base/Instruction.sol";
import {MachineTest} from "./base/MachineTest.sol";

/// @notice No state reverts whose proof is right, whatever its registers and its instruction.
/// What an instruction reaches is read off here a second time, from the text.
contract StepTotalTest is MachineTest {
    uint256 private constant NOTHING = type(uint256).max;

    function testFuzz_any_word(uint32 word, uint32[32] memory x, uint32 pc, uint64 count) public {
        begin(x, pc, count);
        check(word);
    }

    /// @notice Words of a known opcode, most of which are instructions.
    function testFuzz_any_instruction(uint32 word, uint32[32] memory x, uint32 pc) public {
        uint8[10] memory opcodes = [0x03, 0x0f, 0x13, 0x17, 0x23, 0x33, 0x37, 0x63, 0x67, 0x6f];
        begin(x, pc, 7);
        check((word & ~uint32(0x7f)) | opcodes[word % 10]);
    }

    /// @notice Aligned accesses and calls.
    function testFuzz_what_reaches_memory(uint32 word, uint32[32] memory x, uint32 pc) public {
        uint32[4] memory calls = [uint32(93), 1024, 1025, 1026];
        begin(x, pc, 7);
        machine.x[A7] = calls[word % 4];
        machine.x[A0] &= 0xffffff00;
        machine.x[A1] &= 0xffffffe0;
        machine.x[A2] = 0;
        uint256 kind = (word >> 8) % 3;
        if (kind == 0) check(Instruction.ECALL);
        else if (kind == 1) check(Instruction.i(int32(word % 4096), A0_, 2, 7, 0x03) & 0xff3fffff);
        else check(Instruction.s(int32(word % 4096) & -4, 7, A0_, 2, 0x23));
    }

    function testFuzz_states_that_are_not_canonical(bytes32[8] memory words) public view {
        uint256 position = uint256(words[3]);
        bool canonical = position >> 136 == 0 && (position >> 64) % 4 == 0
            && uint8(position >> 96) < 3 && uint256(words[4]) >> 224 == 0;
        if (canonical) words[3] |= bytes32(uint256(1) << 200);
        bytes32 next = verifier.step(words, new bytes32[](0), new bytes32[](0));
        assertEq(next, keccak256(abi.encode(words)));
    }

    uint32 private constant A0_ = 10;

    function begin(uint32[32] memory x, uint32 pc, uint64 count) private {
        x[0] = 0;
        (machine.x, machine.pc, machine.step) = (x, pc & ~uint32(3), count);
    }

    function check(uint32 word) private {
        (uint256 height, uint32 location) = reached(word);
        if (height == NOTHING) step(word);
        else step(word, location, height);
    }

    function reached(uint32 word) private view returns (uint256 height, uint32 location) {
        uint32 kind = (word >> 12) & 7;
        uint32 base = machine.x[(word >> 15) & 31];
        unchecked {
            if (word & 0x7f == 0x03 && kind != 3 && kind < 6) {
                location = base + uint32(int32(word) >> 20);
                return (location % (1 << (kind & 3)) == 0 ? 0 : NOTHING, location);
            }
            if (word & 0x7f == 0x23 && kind < 3) {
                location = base + uint32((int32(word) >> 25) * 32) + ((word >> 7) & 31);
                return (location % (1 << kind) == 0 ? 0 : NOTHING, location);
            }
        }
        if (word != Instruction.ECALL) return (NOTHING, 0);
        if (machine.x[A7] == 93) return (0, machine.x[A1]);
        location = machine.x[A0];
        bool read = location % 64 == 0 && machine.x[A1] % 32 == 0 && machine.x[A2] == 0;
        if (machine.x[A7] == 1024) return (read ? 1 : NOTHING, location);
        if (machine.x[A7] == 1025) return (location % 256 == 0 ? 3 : NOTHING, location);
        if (machine.x[A7] == 1026) return (location % 128 == 0 ? 2 : NOTHING, location);
        return (NOTHING, 0);
    }
}
