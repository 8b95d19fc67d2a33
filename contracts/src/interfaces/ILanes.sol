// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Lane} from "../types/Dispute.sol";

/// @title ILanes
/// @notice The chain's proof lanes, of which there are two at most.
interface ILanes {
    error UnknownLane(uint256 lane);
    error ProofRejected(uint256 lane);
    /// @notice More than the whole window would let a lane carry the next claim too.
    error CreditAboveWindow(uint256 lane, uint64 credit);

    function lane(uint256 number) external view returns (Lane memory);
}
