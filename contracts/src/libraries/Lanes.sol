// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILanes} from "../interfaces/ILanes.sol";
import {IProofVerifier} from "../interfaces/IProofVerifier.sol";
import {Lane} from "../types/Dispute.sol";

/// @title Lanes
/// @notice What the contracts that take proofs have in common: which lanes there are, what their
/// word is worth, and what a proof is about.
abstract contract Lanes is ILanes {
    address private immutable verifier0;
    address private immutable verifier1;
    uint64 private immutable credit0;
    uint64 private immutable credit1;

    constructor(Lane[2] memory lanes, uint64 window) {
        for (uint256 i = 0; i < 2; ++i) {
            if (lanes[i].credit > window) revert CreditAboveWindow(i, lanes[i].credit);
        }
        (verifier0, verifier1) = (lanes[0].verifier, lanes[1].verifier);
        (credit0, credit1) = (lanes[0].credit, lanes[1].credit);
    }

    /// @inheritdoc ILanes
    function lane(uint256 number) public view returns (Lane memory) {
        if (number == 0) return Lane(verifier0, credit0);
        if (number == 1) return Lane(verifier1, credit1);
        revert UnknownLane(number);
    }

    function hasLanes() internal view returns (bool) {
        return verifier0 != address(0) || verifier1 != address(0);
    }

    function credits() internal view returns (uint64[2] memory) {
        return [credit0, credit1];
    }

    /// @notice Reverts unless the lane accepts that program `image` leads from `start` to `end` in
    /// `length` units or steps.
    /// @param recipient part of what is proved, so that a copied proof pays the same
    function checkProof(
        uint256 number,
        bytes32 image,
        bytes32 start,
        bytes32 end,
        uint256 length,
        address recipient,
        bytes calldata proof
    ) internal view {
        address verifier = lane(number).verifier;
        if (verifier == address(0)) revert UnknownLane(number);
        bytes32 claimHash = keccak256(abi.encode(image, start, end, length, bytes32(0), recipient));
        if (!IProofVerifier(verifier).verify(claimHash, proof)) revert ProofRejected(number);
    }
}
