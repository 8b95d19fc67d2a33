// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title MachineState
/// @notice The eight words of a state of the fault proof machine (docs/protocol/vm.md, "State").
/// Word 3, the position, is step + pc * 2^64 + exit * 2^96 + code * 2^104; words 4 to 7 hold the
/// registers, x0 in the highest bits of word 4.
library MachineState {
    uint256 internal constant MEMORY_ROOT = 0;
    uint256 internal constant INPUT = 1;
    uint256 internal constant OUTPUT = 2;
    uint256 internal constant POSITION = 3;
    uint256 internal constant REGISTERS = 4;

    uint256 internal constant RUNNING = 0;
    uint256 internal constant HALTED = 1;
    uint256 internal constant PANICKED = 2;

    /// @notice Where every run begins.
    uint256 internal constant FIRST_PC = 0x00010000;

    uint256 private constant PC = 64;
    uint256 private constant EXIT = 96;
    uint256 private constant CODE = 104;
    uint256 private constant END = 136;
    uint256 private constant STEP_MASK = type(uint64).max;

    function hash(bytes32[8] memory state) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := keccak256(state, 0x100)
        }
    }

    /// @notice Whether the state has a next one other than itself: it has not ended, and is
    /// canonical, that is x0 = 0, pc is a multiple of 4, and the position has nothing above its
    /// code.
    function isRunning(bytes32[8] memory state) internal pure returns (bool) {
        return exit(state) == RUNNING && uint256(state[POSITION]) >> END == 0 && pc(state) % 4 == 0
            && register(state, 0) == 0;
    }

    function exit(bytes32[8] memory state) internal pure returns (uint256) {
        return uint8(uint256(state[POSITION]) >> EXIT);
    }

    function exitCode(bytes32[8] memory state) internal pure returns (uint32) {
        return uint32(uint256(state[POSITION]) >> CODE);
    }

    function pc(bytes32[8] memory state) internal pure returns (uint32) {
        return uint32(uint256(state[POSITION]) >> PC);
    }

    function setPc(bytes32[8] memory state, uint32 target) internal pure {
        uint256 others = uint256(state[POSITION]) & ~(uint256(type(uint32).max) << PC);
        state[POSITION] = bytes32(others | uint256(target) << PC);
    }

    /// @notice One step more, modulo 2^64.
    function count(bytes32[8] memory state) internal pure {
        unchecked {
            uint256 position = uint256(state[POSITION]);
            state[POSITION] = bytes32((position & ~STEP_MASK) | ((position + 1) & STEP_MASK));
        }
    }

    function halt(bytes32[8] memory state, uint32 code, bytes32 output) internal pure {
        end(state, HALTED, code);
        state[OUTPUT] = output;
    }

    function panic(bytes32[8] memory state) internal pure {
        end(state, PANICKED, 0);
    }

    function register(bytes32[8] memory state, uint256 index) internal pure returns (uint32) {
        return uint32(uint256(state[REGISTERS + index / 8]) >> shiftOf(index));
    }

    /// @notice Writes a register; x0 stays 0.
    function setRegister(bytes32[8] memory state, uint256 index, uint32 value) internal pure {
        if (index == 0) return;
        uint256 shift = shiftOf(index);
        uint256 word = REGISTERS + index / 8;
        uint256 others = uint256(state[word]) & ~(uint256(type(uint32).max) << shift);
        state[word] = bytes32(others | uint256(value) << shift);
    }

    function end(bytes32[8] memory state, uint256 how, uint32 code) private pure {
        uint256 before = uint256(state[POSITION]) & ((1 << EXIT) - 1);
        state[POSITION] = bytes32(before | how << EXIT | uint256(code) << CODE);
    }

    function shiftOf(uint256 index) private pure returns (uint256) {
        return 224 - 32 * (index % 8);
    }
}
