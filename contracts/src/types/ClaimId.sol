// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice H(parent id || word(batch) || hash of the first cursor || hash of the end cursor). The
/// id is the claim's content, so a claim that was signed for one history cannot mean another.
type ClaimId is bytes32;

using {equals as ==, differs as !=} for ClaimId global;

function equals(ClaimId a, ClaimId b) pure returns (bool) {
    return ClaimId.unwrap(a) == ClaimId.unwrap(b);
}

function differs(ClaimId a, ClaimId b) pure returns (bool) {
    return ClaimId.unwrap(a) != ClaimId.unwrap(b);
}

/// @dev Inputs are 32-byte words, so that the packed encoding is unambiguous.
function toClaimId(ClaimId parent, uint64 batch, bytes32 firstHash, bytes32 endHash)
    pure
    returns (ClaimId)
{
    return ClaimId.wrap(
        keccak256(abi.encode(ClaimId.unwrap(parent), uint256(batch), firstHash, endHash))
    );
}
