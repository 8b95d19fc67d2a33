// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IProofVerifier} from "../../src/interfaces/IProofVerifier.sol";

/// @notice A proof lane for tests: a proof is one key's signature of the claim, r || s || v. It
/// proves whatever the key's holder says, as a broken prover would.
contract TestLane is IProofVerifier {
    address public immutable signer;

    constructor(address signer_) {
        signer = signer_;
    }

    /// @inheritdoc IProofVerifier
    function verify(bytes32 claimHash, bytes calldata proof) external view returns (bool) {
        if (proof.length != 65) return false;
        bytes32 r = bytes32(proof[:32]);
        bytes32 s = bytes32(proof[32:64]);
        address found = ecrecover(claimHash, uint8(proof[64]), r, s);
        return found == signer && found != address(0);
    }
}
