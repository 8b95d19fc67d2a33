// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IProofVerifier
/// @notice A proof lane: a way to prove whole runs, trusted as far as the chain that admits it
/// says.
interface IProofVerifier {
    /// @notice Whether `proof` proves the claim. A proof that does not returns false or reverts.
    /// @param claimHash H(program || start || end || number of units || blob reads || recipient),
    /// six words: image root, hashes of the cursors at both ends, the units between them, the hash
    /// of
    /// the blob elements that were read (0: none), and who is paid for the proof, which a copy of
    /// it cannot change
    function verify(bytes32 claimHash, bytes calldata proof) external view returns (bool);
}
