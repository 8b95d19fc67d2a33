// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What was made of a claim: no claim on it; a first claim on it by its own claimer while
/// it was pending, which continues his line; any other claims; and in the end a confirmed one. Of
/// a claim that lost and paid for it: settled too, so that nothing is claimed on it any more.
enum Children {
    None,
    Continued,
    Open,
    Settled
}

/// @notice A claim's record; one storage slot. Everything else about it is in its id.
/// @param claimer who posted it; zero: there is no such claim
/// @param time when it was posted or, once it is confirmed, when that was; seconds
/// @param contestedAt when a second claim was made on this one (0: never); seconds
struct Claim {
    address claimer;
    uint40 time;
    uint40 contestedAt;
    bool confirmed;
    Children children;
}
