// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A claim's record; one storage slot. Everything else about it is in its id.
/// @param claimer who posted it; zero: there is no such claim
/// @param time when it was posted or, once it is confirmed, when that was; seconds
/// @param contestedAt when a second claim was made on this one (0: never); seconds
/// @param hasChild a claim was made on this one
/// @param settled a claim on this one is confirmed
struct Claim {
    address claimer;
    uint40 time;
    uint40 contestedAt;
    bool confirmed;
    bool hasChild;
    bool settled;
}
