// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Instruction} from "./base/Instruction.sol";
import {MachineTest} from "./base/MachineTest.sol";
import {SparseMemory} from "./base/SparseMemory.sol";

/// @notice Loads and stores, against a memory that is hashed by itself.
contract StepMemoryTest is MachineTest {
    using SparseMemory for SparseMemory.Tree;

    uint32 private constant PLACE = 0x00345660;
    /// @dev Bytes 0x80, 0x01, 0x82, 0x03, ... of a leaf at PLACE.
    bytes32 private constant LEAF =
        0x800182038405860788098a0b8c0d8e0f901192139415961798199a1b9c1d9e1f;

    function test_loads() public {
        setLeaf(PLACE, LEAF);
        load(0, 0, 0xffffff80);
        load(0, 1, 0x01);
        load(0, 31, 0x1f);
        load(4, 0, 0x80);
        load(4, 30, 0x9e);
        load(1, 0, 0x0180);
        load(1, 30, 0x1f9e);
        load(5, 30, 0x1f9e);
        load(2, 0, 0x03820180);
        load(2, 12, 0x0f8e0d8c);
        load(2, 28, 0x1f9e1d9c);
        setLeaf(PLACE, bytes32(uint256(0x8182) << 240));
        load(1, 0, 0xffff8281);
        load(5, 0, 0x8281);
    }

    function test_a_load_into_x0_reads_all_the_same() public {
        setLeaf(PLACE, LEAF);
        machine.x[5] = PLACE;
        expectNext(step(Instruction.i(0, 5, 2, 0, 0x03), PLACE, 0));
    }

    function test_addresses_wrap() public {
        tree.setByte(3, 0x11);
        tree.setByte(type(uint32).max, 0x22);
        loadAt(5, -2, 4, 0x11);
        loadAt(0xfffffffe, 5, 4, 0x11);
        loadAt(0, -1, 4, 0x22);
    }

    function test_stores() public {
        store(0, 0, hex"0d");
        store(0, 31, hex"0d");
        store(0, 17, hex"0d");
        store(1, 0, hex"0df0");
        store(1, 30, hex"0df0");
        store(2, 0, hex"0df0ad8b");
        store(2, 20, hex"0df0ad8b");
        store(2, 28, hex"0df0ad8b");
    }

    /// @notice Data in the leaf of the instruction itself: both proofs are of the memory before.
    function test_an_instruction_may_read_itself() public {
        machine.x[5] = machine.pc;
        uint32 instruction = Instruction.i(0, 5, 2, 7, 0x03);
        bytes32 next = step(instruction, machine.pc, 0);
        machine.x[7] = instruction;
        expectNext(next);
    }

    function test_an_instruction_may_overwrite_itself() public {
        uint32 place = machine.pc;
        machine.x[5] = place;
        bytes32 next = step(Instruction.s(0, 6, 5, 2, 0x23), place, 0);
        tree.setWord(place, machine.x[6]);
        expectNext(next);
    }

    function test_out_of_alignment_panics() public {
        uint32[3] memory sizes = [uint32(1), 2, 4];
        for (uint32 kind = 1; kind < 3; ++kind) {
            for (uint32 off = 1; off < 8; ++off) {
                if (off % sizes[kind] == 0) continue;
                machine.x[5] = PLACE + off;
                expectPanic(step(Instruction.i(0, 5, kind, 7, 0x03)));
                machine.x[5] = PLACE;
                expectPanic(step(Instruction.s(int32(off), 6, 5, kind, 0x23)));
            }
        }
        machine.x[5] = PLACE + 1;
        expectPanic(step(Instruction.i(0, 5, 5, 7, 0x03)));
    }

    function test_unknown_loads_and_stores_panic() public {
        uint32[3] memory loads = [uint32(3), 6, 7];
        for (uint256 i = 0; i < 3; ++i) {
            machine.x[5] = PLACE;
            expectPanic(step(Instruction.i(0, 5, loads[i], 7, 0x03)));
        }
        for (uint32 kind = 3; kind < 8; ++kind) {
            machine.x[5] = PLACE;
            expectPanic(step(Instruction.s(0, 6, 5, kind, 0x23)));
        }
    }

    function load(uint32 kind, int32 offset, uint32 value) private {
        loadAt(PLACE - 2000, 2000 + offset, kind, value);
    }

    function loadAt(uint32 base, int32 offset, uint32 kind, uint32 value) private {
        restart();
        machine.x[5] = base;
        uint32 location;
        unchecked {
            location = base + uint32(offset);
        }
        bytes32 next = step(Instruction.i(offset, 5, kind, 7, 0x03), location, 0);
        machine.x[7] = value;
        expectNext(next);
    }

    function store(uint32 kind, uint32 offset, bytes memory written) private {
        restart();
        setLeaf(PLACE, LEAF);
        machine.x[5] = PLACE + 100;
        machine.x[6] = 0x8badf00d;
        bytes32 next =
            step(Instruction.s(int32(offset) - 100, 6, 5, kind, 0x23), PLACE + offset, 0);
        for (uint32 i = 0; i < written.length; ++i) {
            tree.setByte(PLACE + offset + i, uint8(written[i]));
        }
        expectNext(next);
    }
}
