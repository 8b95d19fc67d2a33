// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PreimageOracle} from "../../src/PreimageOracle.sol";
import {StepVerifier} from "../../src/StepVerifier.sol";
import {Assertions} from "./Assertions.sol";
import {Instruction} from "./Instruction.sol";
import {SparseMemory} from "./SparseMemory.sol";

/// @notice A fault proof machine before one step. A test writes registers and memory, runs one
/// instruction with `step`, changes `machine` to what must have come of it and calls `expect`.
abstract contract MachineTest is Assertions {
    using SparseMemory for SparseMemory.Tree;

    struct Machine {
        bytes32 input;
        bytes32 output;
        uint64 step;
        uint32 pc;
        uint8 exit;
        uint32 code;
        uint32[32] x;
    }

    uint256 internal constant A0 = 10;
    uint256 internal constant A1 = 11;
    uint256 internal constant A2 = 12;
    uint256 internal constant A7 = 17;

    PreimageOracle internal oracle;
    StepVerifier internal verifier;
    Machine internal machine;
    SparseMemory.Tree internal tree;

    function setUp() public virtual {
        oracle = new PreimageOracle();
        verifier = new StepVerifier(oracle);
        restart();
    }

    /// @notice Somewhere in a run, each register with a value of its own; memory stays.
    function restart() internal {
        machine.input = keccak256("input");
        machine.output = 0;
        machine.step = 1_000_000;
        machine.pc = 0x00012344;
        machine.exit = 0;
        machine.code = 0;
        machine.x[0] = 0;
        for (uint32 i = 1; i < 32; ++i) {
            machine.x[i] = 0xc0de0000 + i;
        }
    }

    function stateWords() internal view returns (bytes32[8] memory words) {
        words[0] = tree.root();
        words[1] = machine.input;
        words[2] = machine.output;
        words[3] = bytes32(
            uint256(machine.step) | uint256(machine.pc) << 64 | uint256(machine.exit) << 96
                | uint256(machine.code) << 104
        );
        bytes memory registers;
        for (uint256 i = 0; i < 32; ++i) {
            registers = abi.encodePacked(registers, machine.x[i]);
        }
        bytes32[4] memory packed = abi.decode(registers, (bytes32[4]));
        for (uint256 i = 0; i < 4; ++i) {
            words[4 + i] = packed[i];
        }
    }

    /// @notice Runs an instruction that reaches no memory.
    function step(uint32 instruction) internal returns (bytes32 next) {
        tree.setWord(machine.pc, instruction);
        return verifier.step(stateWords(), codeProof(), new bytes32[](0));
    }

    /// @notice Runs an instruction that reaches the block of 2^height leaves around `location`.
    function step(uint32 instruction, uint32 location, uint256 height)
        internal
        returns (bytes32 next)
    {
        tree.setWord(machine.pc, instruction);
        return verifier.step(stateWords(), codeProof(), tree.prove(location, height));
    }

    function codeProof() internal view returns (bytes32[] memory) {
        return tree.prove(machine.pc, 0);
    }

    function blockProof(uint32 location, uint256 height) internal view returns (bytes32[] memory) {
        return tree.prove(location, height);
    }

    /// @notice `next` is `machine` one step later, and `machine` is so from now on.
    function expect(bytes32 next, uint32 pc) internal {
        machine.step += 1;
        machine.pc = pc;
        assertEq(next, keccak256(abi.encode(stateWords())));
    }

    function expectNext(bytes32 next) internal {
        unchecked {
            expect(next, machine.pc + 4);
        }
    }

    function expectPanic(bytes32 next) internal {
        machine.exit = 2;
        machine.code = 0;
        expect(next, machine.pc);
        restart();
    }

    /// @notice The call in the registers, which must reach no memory and panic.
    function callPanics(uint32 number, uint32 a0, uint32 a1, uint32 a2) internal {
        setCall(number, a0, a1, a2);
        expectPanic(step(Instruction.ECALL));
    }

    function setCall(uint32 number, uint32 a0, uint32 a1, uint32 a2) internal {
        machine.x[A7] = number;
        machine.x[A0] = a0;
        machine.x[A1] = a1;
        machine.x[A2] = a2;
    }

    function setLeaf(uint32 location, bytes32 leaf) internal {
        tree.setLeaf(location, leaf);
    }

    function setWord(uint32 location, uint32 value) internal {
        tree.setWord(location, value);
    }

    /// @notice A leaf's number, or a number's leaf: bytes in the opposite order.
    function littleEndian(uint256 value) internal pure returns (uint256 result) {
        for (uint256 i = 0; i < 32; ++i) {
            result = result << 8 | (value >> (8 * i)) & 0xff;
        }
    }
}
