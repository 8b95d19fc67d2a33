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

function toClaimId(ClaimId parent, uint64 batch, bytes32 firstHash, bytes32 endHash)
    pure
    returns (ClaimId id)
{
    assembly ("memory-safe") {
        let scratch := mload(0x40)
        mstore(scratch, parent)
        mstore(add(scratch, 0x20), batch)
        mstore(add(scratch, 0x40), firstHash)
        mstore(add(scratch, 0x60), endHash)
        id := keccak256(scratch, 0x80)
    }
}
