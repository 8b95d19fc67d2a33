// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Instruction} from "./base/Instruction.sol";
import {MachineTest} from "./base/MachineTest.sol";

/// @notice Instructions that compute on registers alone, with the values at which they break.
contract StepArithmeticTest is MachineTest {
    uint32 private constant MIN = 0x80000000;
    uint32 private constant MAX = 0x7fffffff;
    uint32 private constant ONES = 0xffffffff;

    uint32 private constant PLAIN = 0x00;
    uint32 private constant M = 0x01;
    uint32 private constant ALTERNATE = 0x20;

    function test_add_sub() public {
        registers(PLAIN, 0, 5, 7, 12);
        registers(PLAIN, 0, ONES, 1, 0);
        registers(PLAIN, 0, MAX, 1, MIN);
        registers(ALTERNATE, 0, 5, 7, 0xfffffffe);
        registers(ALTERNATE, 0, 0, MIN, MIN);
    }

    /// @notice Shifts by a register use its low five bits.
    function test_shifts() public {
        registers(PLAIN, 1, 1, 31, MIN);
        registers(PLAIN, 1, 3, 0, 3);
        registers(PLAIN, 1, 3, 32, 3);
        registers(PLAIN, 1, 0xff000001, 0xffffffe8, 0x00000100);
        registers(PLAIN, 5, MIN, 31, 1);
        registers(PLAIN, 5, ONES, 33, MAX);
        registers(ALTERNATE, 5, MIN, 31, ONES);
        registers(ALTERNATE, 5, MAX, 30, 1);
        registers(ALTERNATE, 5, 0xf0000000, 0x104, 0xff000000);
    }

    function test_comparisons() public {
        registers(PLAIN, 2, MIN, MAX, 1);
        registers(PLAIN, 2, MAX, MIN, 0);
        registers(PLAIN, 2, ONES, 0, 1);
        registers(PLAIN, 2, 7, 7, 0);
        registers(PLAIN, 3, MIN, MAX, 0);
        registers(PLAIN, 3, MAX, MIN, 1);
        registers(PLAIN, 3, 0, ONES, 1);
        registers(PLAIN, 3, 7, 7, 0);
    }

    function test_bits() public {
        registers(PLAIN, 4, 0xff00ff00, 0x0ff00ff0, 0xf0f0f0f0);
        registers(PLAIN, 6, 0xff00ff00, 0x0ff00ff0, 0xfff0fff0);
        registers(PLAIN, 7, 0xff00ff00, 0x0ff00ff0, 0x0f000f00);
    }

    function test_products() public {
        registers(M, 0, 0x00010001, 0x00010001, 0x00020001);
        registers(M, 0, ONES, ONES, 1);
        registers(M, 0, MIN, ONES, MIN);
        registers(M, 1, MIN, MIN, 0x40000000);
        registers(M, 1, ONES, ONES, 0);
        registers(M, 1, ONES, 1, ONES);
        registers(M, 1, MAX, MAX, 0x3fffffff);
        registers(M, 2, ONES, ONES, ONES);
        registers(M, 2, MIN, ONES, MIN);
        registers(M, 2, MAX, ONES, 0x7ffffffe);
        registers(M, 3, ONES, ONES, 0xfffffffe);
        registers(M, 3, MIN, 2, 1);
    }

    function test_quotients() public {
        registers(M, 4, 7, 2, 3);
        registers(M, 4, 0xfffffff9, 2, 0xfffffffd);
        registers(M, 4, 7, 0xfffffffe, 0xfffffffd);
        registers(M, 4, MIN, ONES, MIN);
        registers(M, 4, 7, 0, ONES);
        registers(M, 4, MIN, 0, ONES);
        registers(M, 5, 0xfffffff9, 2, 0x7ffffffc);
        registers(M, 5, MIN, ONES, 0);
        registers(M, 5, 0, 0, ONES);
    }

    function test_remainders() public {
        registers(M, 6, 7, 2, 1);
        registers(M, 6, 0xfffffff9, 2, ONES);
        registers(M, 6, 7, 0xfffffffe, 1);
        registers(M, 6, MIN, ONES, 0);
        registers(M, 6, MIN, 0, MIN);
        registers(M, 7, 0xfffffff9, 2, 1);
        registers(M, 7, MIN, ONES, MIN);
        registers(M, 7, 9, 0, 9);
    }

    function test_immediates() public {
        immediate(0, 2047, 1, 2048);
        immediate(0, -2048, 0, 0xfffff800);
        immediate(0, 0x401, 5, 0x406);
        immediate(0, -1, 0, ONES);
        immediate(2, -1, MIN, 1);
        immediate(2, -1, ONES, 0);
        immediate(3, -1, MAX, 1);
        immediate(3, 1, 0, 1);
        immediate(4, -1, 0x0f0f0f0f, 0xf0f0f0f0);
        immediate(6, -2048, 1, 0xfffff801);
        immediate(7, 0x7f0, ONES, 0x7f0);
        immediate(7, -16, 0x1234567f, 0x12345670);
    }

    function test_immediate_shifts() public {
        immediate(1, 31, ONES, MIN);
        immediate(1, 0, 9, 9);
        immediate(5, 31, MIN, 1);
        immediate(5, 0x400 + 31, MIN, ONES);
        immediate(5, 0x400 + 4, 0x70000000, 0x07000000);
    }

    function test_upper_immediates() public {
        bytes32 next = step(Instruction.u(0xfffff000, 7, 0x37));
        machine.x[7] = 0xfffff000;
        expectNext(next);
        next = step(Instruction.u(0x00001000, 8, 0x17));
        machine.x[8] = machine.pc + 0x1000;
        expectNext(next);
        next = step(Instruction.u(0xffff0000, 9, 0x17));
        unchecked {
            machine.x[9] = machine.pc + 0xffff0000;
        }
        expectNext(next);
    }

    function test_x0_stays_zero() public {
        expectNext(step(Instruction.u(0x12345000, 0, 0x37)));
        expectNext(step(Instruction.i(5, 5, 0, 0, 0x13)));
        expectNext(step(Instruction.r(PLAIN, 6, 5, 0, 0, 0x33)));
    }

    /// @notice Each register is read from and written to its own place.
    function test_registers() public {
        for (uint32 i = 1; i < 32; ++i) {
            restart();
            bytes32 next = step(Instruction.i(0x100, i, 0, 32 - i, 0x13));
            machine.x[32 - i] = 0xc0de0100 + i;
            expectNext(next);
        }
    }

    function test_unknown_arithmetic_panics() public {
        for (uint32 funct7 = 0; funct7 < 128; ++funct7) {
            for (uint32 kind = 0; kind < 8; ++kind) {
                bool shift = kind == 1 || kind == 5;
                bool alternate = funct7 == ALTERNATE && (kind == 0 || kind == 5);
                if (funct7 > M && !alternate) {
                    expectPanic(step(Instruction.r(funct7, 6, 5, kind, 7, 0x33)));
                }
                if (shift && funct7 != PLAIN && !(alternate && kind == 5)) {
                    expectPanic(step(Instruction.r(funct7, 6, 5, kind, 7, 0x13)));
                }
            }
        }
    }

    /// @notice Also with the result in place of an operand, and nowhere.
    function registers(uint32 funct7, uint32 kind, uint32 a, uint32 b, uint32 result) private {
        uint32[4] memory targets = [uint32(7), 5, 6, 0];
        for (uint256 i = 0; i < 4; ++i) {
            restart();
            (machine.x[5], machine.x[6]) = (a, b);
            bytes32 next = step(Instruction.r(funct7, 6, 5, kind, targets[i], 0x33));
            if (targets[i] != 0) machine.x[targets[i]] = result;
            expectNext(next);
        }
    }

    function immediate(uint32 kind, int32 imm, uint32 a, uint32 result) private {
        restart();
        machine.x[5] = a;
        bytes32 next = step(Instruction.i(imm, 5, kind, 7, 0x13));
        machine.x[7] = result;
        expectNext(next);
    }
}
