// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClaimId} from "../types/ClaimId.sol";

/// @title IAnchorStateRegistry
/// @notice The results that are final, which is all that payments need to know of claims.
interface IAnchorStateRegistry {
    /// @notice The newest confirmed claim.
    function anchor() external view returns (ClaimId id, bytes32 endHash, uint64 batch);

    /// @notice When the claim was confirmed, in seconds; 0 if it is not, or there is no such
    /// claim.
    function confirmedAt(ClaimId id, bytes32 endHash) external view returns (uint64);
}
