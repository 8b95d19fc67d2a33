// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStepVerifier} from "../src/interfaces/IStepVerifier.sol";
import {Instruction} from "./base/Instruction.sol";
import {MachineTest} from "./base/MachineTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice What is wrong with a proof, each by its name, and that nothing else reverts.
contract StepProofsTest is MachineTest {
    uint32 private constant PLACE = 0x8765_4320;
    uint32 private constant NOP = 0x00000013;

    /// @dev An instruction that reaches a block of 2^height leaves around PLACE.
    struct Reach {
        uint32 instruction;
        uint32 call;
        uint256 height;
    }

    function test_a_wrong_word_in_the_code_proof() public {
        setWord(machine.pc, NOP);
        for (uint256 i = 0; i < 28; ++i) {
            bytes32[] memory code = codeProof();
            code[i] ^= bytes32(uint256(1) << (8 * i));
            wrongCode(stateWords(), code, new bytes32[](0));
        }
    }

    function test_the_code_of_another_place() public {
        setWord(machine.pc, NOP);
        setWord(machine.pc + 32, NOP);
        setWord(machine.pc + 36, NOP);
        wrongCode(stateWords(), blockProof(machine.pc + 32, 0), new bytes32[](0));
    }

    function test_a_wrong_word_in_the_data_proof() public {
        Reach[6] memory list = reaches();
        for (uint256 k = 0; k < list.length; ++k) {
            uint32 location = prepare(list[k]);
            uint256 length = blockProof(location, list[k].height).length;
            for (uint256 i = 0; i < length; ++i) {
                bytes32[] memory data = blockProof(location, list[k].height);
                data[i] ^= bytes32(uint256(1) << (7 * i));
                wrongData(stateWords(), codeProof(), data);
            }
        }
    }

    function test_the_data_of_another_place() public {
        Reach[6] memory list = reaches();
        for (uint256 k = 0; k < list.length; ++k) {
            uint32 location = prepare(list[k]);
            bytes32[] memory data = blockProof(location ^ 0x1000, list[k].height);
            wrongData(stateWords(), codeProof(), data);
        }
    }

    /// @notice Leaves and siblings of the right place, parted otherwise than the instruction does.
    function test_a_block_of_another_height() public {
        Reach[6] memory list = reaches();
        for (uint256 k = 0; k < list.length; ++k) {
            uint32 location = prepare(list[k]);
            bytes32[] memory right = blockProof(location, list[k].height);
            for (uint256 height = 0; height < 5; ++height) {
                bytes32[] memory data = blockProof(location, height);
                if (data.length != right.length) wrongDataLength(data, right.length);
                // An even leaf and its sibling are the same words as the block of both.
                else if (keccak256(abi.encode(data)) == keccak256(abi.encode(right))) continue;
                else wrongData(stateWords(), codeProof(), data);
            }
        }
    }

    function test_proofs_of_wrong_length() public {
        setWord(machine.pc, NOP);
        uint256[3] memory lengths = [uint256(0), 27, 29];
        for (uint256 i = 0; i < 3; ++i) {
            wrongCodeLength(new bytes32[](lengths[i]), 28);
        }
        wrongDataLength(new bytes32[](1), 0);
        wrongDataLength(blockProof(PLACE, 0), 0);
        prepare(reaches()[0]);
        for (uint256 i = 0; i < 3; ++i) {
            wrongDataLength(new bytes32[](lengths[i]), 28);
        }
    }

    /// @notice A panic before memory is reached needs no data, and takes none.
    function test_data_for_a_panic() public {
        setWord(machine.pc, 0);
        wrongDataLength(blockProof(PLACE, 0), 0);
        machine.x[5] = PLACE + 1;
        setWord(machine.pc, Instruction.i(0, 5, 2, 7, 0x03));
        wrongDataLength(blockProof(PLACE, 0), 0);
        setWord(machine.pc, Instruction.s(0, 6, 5, 2, 0x23));
        wrongDataLength(blockProof(PLACE, 0), 0);
        setWord(machine.pc, Instruction.ECALL);
        uint32[5] memory calls = [uint32(1024), 1025, 1026, 0, 94];
        for (uint256 i = 0; i < calls.length; ++i) {
            setCall(calls[i], PLACE + 8, 0, 0);
            wrongDataLength(blockProof(PLACE, 0), 0);
        }
    }

    function test_proofs_for_a_state_that_stays() public {
        machine.exit = 1;
        wrongCodeLength(codeProof(), 0);
        (bytes32[8] memory words, bytes32[] memory none) = (stateWords(), new bytes32[](0));
        bytes32[] memory data = blockProof(PLACE, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IStepVerifier.WrongDataLength.selector, data.length, 0)
        );
        verifier.step(words, none, data);
    }

    /// @notice A state whose memory is another's, or whose pc is.
    function test_proofs_of_another_state() public {
        setWord(machine.pc, NOP);
        bytes32[] memory code = codeProof();
        bytes32[8] memory words = stateWords();
        words[0] = keccak256("memory");
        wrongCode(words, code, new bytes32[](0));
        machine.pc += 32;
        wrongCode(stateWords(), code, new bytes32[](0));
    }

    function prepare(Reach memory reach) private returns (uint32 location) {
        restart();
        location = PLACE - PLACE % uint32(32 << reach.height);
        machine.x[5] = location;
        setCall(reach.call, location, reach.call == 93 ? location : 0, 0);
        setWord(machine.pc, reach.instruction);
        setLeaf(location, keccak256("leaf"));
    }

    function reaches() private pure returns (Reach[6] memory) {
        return [
            Reach(Instruction.i(0, 5, 2, 7, 0x03), 0, 0),
            Reach(Instruction.s(0, 6, 5, 2, 0x23), 0, 0),
            Reach(Instruction.ECALL, 93, 0),
            Reach(Instruction.ECALL, 1024, 1),
            Reach(Instruction.ECALL, 1025, 3),
            Reach(Instruction.ECALL, 1026, 2)
        ];
    }

    function wrongCode(bytes32[8] memory words, bytes32[] memory code, bytes32[] memory data)
        private
        view
    {
        bytes4 reason = IStepVerifier.WrongCodeProof.selector;
        refused(words, code, data, reason, rootOf(machine.pc, code, 0), words[0]);
    }

    /// @dev The root that is found is not computed here a second time.
    function wrongData(bytes32[8] memory words, bytes32[] memory code, bytes32[] memory data)
        private
        view
    {
        try verifier.step(words, code, data) {
            revert NotTrue("a wrong proof is taken");
        } catch (bytes memory reverted) {
            assertEq(reverted.length, 68);
            assertTrue(bytes4(reverted) == IStepVerifier.WrongDataProof.selector, "the error");
            bytes32 expected;
            assembly ("memory-safe") {
                expected := mload(add(reverted, 0x44))
            }
            assertEq(expected, words[0]);
        }
    }

    function wrongCodeLength(bytes32[] memory code, uint256 expected) private view {
        bytes4 reason = IStepVerifier.WrongCodeLength.selector;
        bytes32 length = bytes32(code.length);
        refused(stateWords(), code, new bytes32[](0), reason, length, bytes32(expected));
    }

    function wrongDataLength(bytes32[] memory data, uint256 expected) private view {
        bytes4 reason = IStepVerifier.WrongDataLength.selector;
        bytes32 length = bytes32(data.length);
        refused(stateWords(), codeProof(), data, reason, length, bytes32(expected));
    }

    function refused(
        bytes32[8] memory words,
        bytes32[] memory code,
        bytes32[] memory data,
        bytes4 reason,
        bytes32 found,
        bytes32 expected
    ) private view {
        try verifier.step(words, code, data) {
            revert NotTrue("a wrong proof is taken");
        } catch (bytes memory reverted) {
            assertEq(reverted, abi.encodeWithSelector(reason, found, expected));
        }
    }

    /// @dev Root of a path of one leaf.
    function rootOf(uint32 location, bytes32[] memory proof, uint256 level)
        private
        pure
        returns (bytes32 node)
    {
        node = proof[level];
        for (uint256 position = location / 32; level < 27; position /= 2) {
            bytes32 sibling = proof[++level];
            node = position % 2 == 0
                ? keccak256(abi.encode(node, sibling))
                : keccak256(abi.encode(sibling, node));
        }
    }
}
