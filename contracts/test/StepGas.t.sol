// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Instruction} from "./base/Instruction.sol";
import {MachineTest} from "./base/MachineTest.sol";
import {SparseMemory} from "./base/SparseMemory.sol";
import {vm} from "./base/Vm.sol";

/// @notice What a whole transaction costs that steps the machine, or shows a preimage: with its
/// calldata, from cold storage, as isolation makes of each call. No leaf and no sibling is zero.
/// forge-config: default.isolate = true
contract StepGasTest is MachineTest {
    using SparseMemory for SparseMemory.Tree;

    uint32 private constant BLOCK = 0x8765_4300;

    function setUp() public override {
        super.setUp();
        for (uint32 i = 0; i < 256; i += 32) {
            setLeaf(BLOCK + i, keccak256(abi.encode(i)));
        }
        machine.x[5] = BLOCK;
        machine.x[6] = 0x8badf00d;
    }

    function test_gas_steps() public {
        measure(Instruction.r(0, 6, 5, 0, 7, 0x33), "step add");
        measure(Instruction.r(1, 6, 5, 4, 7, 0x33), "step div");
        measure(Instruction.b(8, 6, 5, 1, 0x63), "step branch");
        measure(Instruction.j(8, 1, 0x6f), "step jal");
        measure(0, "step panic");
        measure(Instruction.i(0, 5, 2, 7, 0x03), BLOCK, 0, "step load");
        measure(Instruction.s(0, 6, 5, 2, 0x23), BLOCK, 0, "step store");
        setCall(93, 0, BLOCK, 0);
        measure(Instruction.ECALL, BLOCK, 0, "step halt");
        setCall(1025, BLOCK, 0, 0);
        measure(Instruction.ECALL, BLOCK, 3, "step keccak_f");
        setCall(1026, BLOCK, 0, 0);
        measure(Instruction.ECALL, BLOCK, 2, "step mulmod256");
        setCall(1024, BLOCK, 0, 0);
        measure(Instruction.ECALL, BLOCK, 1, "step oracle_read, local");
    }

    function test_gas_oracle() public {
        bytes memory preimage;
        for (uint256 i = 0; i < 128; ++i) {
            preimage = bytes.concat(preimage, keccak256(abi.encode(i)));
        }
        bytes32 key = oracle.load(preimage, 64);
        vm.snapshotGasLastCall("load a word of 4 KiB");
        uint256[] memory offsets = new uint256[](4);
        (offsets[1], offsets[2], offsets[3]) = (32, 96, 4096);
        oracle.load(preimage, offsets);
        vm.snapshotGasLastCall("load four words of 4 KiB");
        oracle.load(bytes.concat(keccak256("left"), keccak256("right")), 0);
        vm.snapshotGasLastCall("load a word of a tree node");
        setLeaf(BLOCK, key);
        setCall(1024, BLOCK, 64, 1);
        measure(Instruction.ECALL, BLOCK, 1, "step oracle_read, keccak");
    }

    function measure(uint32 instruction, string memory name) private {
        measure(instruction, new bytes32[](0), name);
    }

    function measure(uint32 instruction, uint32 location, uint256 height, string memory name)
        private
    {
        setWord(machine.pc, instruction);
        measure(instruction, blockProof(location, height), name);
    }

    /// @dev Not through the interface: calls of view functions are never transactions.
    function measure(uint32 instruction, bytes32[] memory data, string memory name) private {
        setWord(machine.pc, instruction);
        bytes memory input = abi.encodeCall(verifier.step, (stateWords(), codeProof(), data));
        (bool done,) = address(verifier).call(input);
        assertTrue(done, name);
        vm.snapshotGasLastCall(name);
    }
}
