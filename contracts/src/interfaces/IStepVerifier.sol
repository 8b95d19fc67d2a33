// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPreimageOracle} from "./IPreimageOracle.sol";

/// @title IStepVerifier
/// @notice The judge of one step of a machine whose state is eight words: here the fault proof
/// machine (docs/protocol/vm.md), in tests of the game also a toy. A right proof of any state
/// whatever is judged and never reverts; a call that reverts says only that its proof is wrong.
interface IStepVerifier {
    /// @notice The leaf with the instruction and its siblings are this many words.
    error WrongCodeLength(uint256 length, uint256 expected);
    /// @notice The leaves that the instruction reaches and their siblings are this many words.
    error WrongDataLength(uint256 length, uint256 expected);
    /// @notice The leaf with the instruction does not lead to the state's memory.
    error WrongCodeProof(bytes32 root, bytes32 memoryRoot);
    /// @notice The leaves that the instruction reaches do not lead to the state's memory.
    error WrongDataProof(bytes32 root, bytes32 memoryRoot);

    /// @notice Where preimages that steps read are shown.
    function oracle() external view returns (IPreimageOracle);

    /// @notice Hash of the state after `state`.
    /// @param state memory root, input, output, position, and four words of registers
    /// @param code the leaf that holds the instruction, and its siblings, bottom up
    /// @param data the leaves of the block that the instruction reaches, and their siblings,
    /// bottom up; empty if it reaches none. Both are empty for a state that is its own next.
    function step(bytes32[8] calldata state, bytes32[] calldata code, bytes32[] calldata data)
        external
        view
        returns (bytes32 next);

    /// @notice Hash of the first state of a run on `image` that begins with the cursor `input`.
    function firstState(bytes32 image, bytes32 input) external pure returns (bytes32 hash);

    /// @notice Hash of a state that ends a run, and the hash of the cursor that the run supports:
    /// the run's output if it halted with code 0, else `failed`, the input's cursor with status
    /// SKIP.
    function supported(bytes32[8] calldata state, bytes32 failed)
        external
        pure
        returns (bytes32 hash, bytes32 cursor);
}
