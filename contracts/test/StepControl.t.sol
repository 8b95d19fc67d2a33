// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Instruction} from "./base/Instruction.sol";
import {MachineTest} from "./base/MachineTest.sol";

/// @notice Where a run goes on: branches, jumps, fences, words that are no instruction, and states
/// at which it goes on nowhere.
contract StepControlTest is MachineTest {
    uint32 private constant MIN = 0x80000000;
    uint32 private constant ONES = 0xffffffff;

    function test_branches() public {
        branch(0, 5, 5, true);
        branch(0, 5, 6, false);
        branch(1, 5, 6, true);
        branch(1, 5, 5, false);
        branch(4, MIN, 0, true);
        branch(4, 0, MIN, false);
        branch(4, 7, 7, false);
        branch(5, 0, MIN, true);
        branch(5, 7, 7, true);
        branch(5, MIN, 0, false);
        branch(6, 0, ONES, true);
        branch(6, ONES, 0, false);
        branch(6, 7, 7, false);
        branch(7, ONES, 0, true);
        branch(7, 7, 7, true);
        branch(7, 0, ONES, false);
        expectPanic(step(Instruction.b(8, 6, 5, 2, 0x63)));
        expectPanic(step(Instruction.b(8, 6, 5, 3, 0x63)));
    }

    function test_branch_targets() public {
        int32[7] memory offsets = [int32(4), 8, 0x7fc, 0x800, 4092, -4, -4096];
        for (uint256 i = 0; i < offsets.length; ++i) {
            restart();
            uint32 target = offsetBy(offsets[i]);
            expect(step(Instruction.b(offsets[i], 0, 0, 0, 0x63)), target);
        }
    }

    /// @notice A branch that is not taken may name any target.
    function test_a_branch_asks_for_alignment_only_when_taken() public {
        expectPanic(step(Instruction.b(6, 0, 0, 0, 0x63)));
        expectNext(step(Instruction.b(6, 0, 0, 1, 0x63)));
    }

    function test_jal() public {
        int32[7] memory offsets = [int32(4), 2044, 0x800, 0x1000, 0xffffc, -4, -1_048_576];
        for (uint256 i = 0; i < offsets.length; ++i) {
            restart();
            uint32 target = offsetBy(offsets[i]);
            bytes32 next = step(Instruction.j(offsets[i], 1, 0x6f));
            machine.x[1] = machine.pc + 4;
            expect(next, target);
        }
    }

    /// @notice The lowest bit of the sum does not count; the base may be the link.
    function test_jalr() public {
        jalr(0x00020000, 0, 0, 0x00020000);
        jalr(0x00020000, 2044, 1, 0x000207fc);
        jalr(0x00020001, 0, 1, 0x00020000);
        jalr(0x00020000, -4, 5, 0x0001fffc);
        jalr(2, -2, 5, 0);
        jalr(2, -6, 5, 0xfffffffc);
    }

    /// @notice The link is not written either.
    function test_jumps_out_of_alignment_panic() public {
        expectPanic(step(Instruction.j(2, 1, 0x6f)));
        machine.x[5] = 0x00020002;
        expectPanic(step(Instruction.i(0, 5, 0, 1, 0x67)));
        machine.x[5] = 0x00020000;
        expectPanic(step(Instruction.i(3, 5, 0, 1, 0x67)));
        for (uint32 kind = 1; kind < 8; ++kind) {
            machine.x[5] = 0x00020000;
            expectPanic(step(Instruction.i(0, 5, kind, 1, 0x67)));
        }
    }

    function test_pc_wraps() public {
        machine.pc = 0xfffffffc;
        expect(step(Instruction.i(0, 0, 0, 0, 0x13)), 0);
        machine.pc = 0xfffffffc;
        bytes32 next = step(Instruction.j(8, 1, 0x6f));
        machine.x[1] = 0;
        expect(next, 4);
    }

    function test_fences() public {
        expectNext(step(0x0000000f));
        expectNext(step(0x8330000f));
        expectNext(step(0x0000100f));
        expectNext(step(0xffff9f8f));
        for (uint32 kind = 2; kind < 8; ++kind) {
            expectPanic(step(kind << 12 | 0x0f));
        }
    }

    /// @notice Whatever is in the registers of a call.
    function test_other_system_instructions_panic() public {
        uint32[6] memory words =
            [uint32(0x00100073), 0x000000f3, 0x00008073, 0x30200073, 0xc0002573, 0x10500073];
        for (uint256 i = 0; i < words.length; ++i) {
            machine.x[A7] = 93;
            expectPanic(step(words[i]));
        }
    }

    /// @notice Opcodes that RV32IM lacks: compressed, atomic, floating point, 64 bits, zeros,
    /// ones.
    function test_unknown_opcodes_panic() public {
        for (uint32 opcode = 0; opcode < 128; ++opcode) {
            if (!isKnown(opcode)) expectPanic(step(0x00628000 | opcode));
        }
        expectPanic(step(0));
        expectPanic(step(ONES));
    }

    function test_a_panic_clears_the_code() public {
        machine.code = 77;
        expectPanic(step(0));
    }

    function test_a_running_state_may_hold_a_code_and_an_output() public {
        machine.code = 0xfffffff1;
        machine.output = keccak256("output");
        expectNext(step(Instruction.i(0, 0, 0, 0, 0x13)));
    }

    function test_the_counter_wraps() public {
        machine.step = type(uint64).max;
        bytes32 next = step(Instruction.i(0, 0, 0, 0, 0x13));
        machine.step = 0;
        machine.pc += 4;
        assertEq(next, keccak256(abi.encode(stateWords())));
    }

    function test_a_run_that_has_ended_stays() public {
        for (uint8 exit = 1; exit < 3; ++exit) {
            machine.exit = exit;
            machine.code = 5;
            stays(stateWords());
        }
    }

    function test_a_state_that_is_not_canonical_stays() public {
        machine.exit = 3;
        stays(stateWords());
        machine.exit = 255;
        stays(stateWords());
        restart();
        machine.x[0] = 1;
        stays(stateWords());
        machine.x[0] = MIN;
        stays(stateWords());
        restart();
        for (uint32 odd = 1; odd < 4; ++odd) {
            machine.pc = 0x00010000 + odd;
            stays(stateWords());
        }
        restart();
        bytes32[8] memory words = stateWords();
        words[3] |= bytes32(uint256(1) << 136);
        stays(words);
        words[3] ^= bytes32(uint256(1) << 255 | uint256(1) << 136);
        stays(words);
    }

    function test_the_first_state() public {
        machine.step = 0;
        machine.pc = 0x00010000;
        for (uint256 i = 0; i < 32; ++i) {
            machine.x[i] = 0;
        }
        setLeaf(0x00010000, bytes32(uint256(0x13) << 248));
        assertEq(
            verifier.firstState(stateWords()[0], machine.input),
            keccak256(abi.encode(stateWords()))
        );
    }

    function test_what_a_run_supports() public {
        machine.output = keccak256("output");
        bytes32 failed = keccak256("failed");
        for (uint8 exit = 0; exit < 4; ++exit) {
            for (uint32 code = 0; code < 2; ++code) {
                (machine.exit, machine.code) = (exit, code);
                (bytes32 hash, bytes32 cursor) = verifier.supported(stateWords(), failed);
                assertEq(hash, keccak256(abi.encode(stateWords())));
                assertEq(cursor, exit == 1 && code == 0 ? machine.output : failed);
            }
        }
        (machine.exit, machine.code) = (1, 0x80000000);
        (, bytes32 other) = verifier.supported(stateWords(), failed);
        assertEq(other, failed);
    }

    function stays(bytes32[8] memory words) private view {
        bytes32 next = verifier.step(words, new bytes32[](0), new bytes32[](0));
        assertEq(next, keccak256(abi.encode(words)));
    }

    function branch(uint32 kind, uint32 a, uint32 b, bool taken) private {
        restart();
        (machine.x[5], machine.x[6]) = (a, b);
        bytes32 next = step(Instruction.b(-8, 6, 5, kind, 0x63));
        expect(next, taken ? machine.pc - 8 : machine.pc + 4);
    }

    function jalr(uint32 base, int32 offset, uint32 rd, uint32 target) private {
        restart();
        machine.x[5] = base;
        bytes32 next = step(Instruction.i(offset, 5, 0, rd, 0x67));
        if (rd != 0) machine.x[rd] = machine.pc + 4;
        expect(next, target);
    }

    function offsetBy(int32 offset) private view returns (uint32) {
        unchecked {
            return machine.pc + uint32(offset);
        }
    }

    function isKnown(uint32 opcode) private pure returns (bool) {
        uint8[11] memory known = [0x03, 0x0f, 0x13, 0x17, 0x23, 0x33, 0x37, 0x63, 0x67, 0x6f, 0x73];
        for (uint256 i = 0; i < known.length; ++i) {
            if (opcode == known[i]) return true;
        }
        return false;
    }
}
