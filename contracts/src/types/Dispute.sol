// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What a dispute is about; its id is the hash of these four words.
/// @param level 0 .. 3 over units, 4 .. 7 over steps of one unit's run, 8 one step
/// @param start hash of the cursor or machine state at which the interval starts
/// @param position units of the batch, or steps of the run, before the start
/// @param parent id of the dispute in which this one was opened; 0 at level 0
struct DisputeKey {
    uint256 level;
    bytes32 start;
    uint256 position;
    bytes32 parent;
}

/// @notice A claim in a dispute; its id is H(dispute id || list root || end).
struct ClaimKey {
    DisputeKey dispute;
    bytes32 listRoot;
    bytes32 end;
}

/// @notice A value of a list, and its path to the list's root, bottom up.
struct Entry {
    bytes32 value;
    bytes32[6] siblings;
}

/// @notice The two ends of interval k of a list: value k - 1 and value k. The left one is ignored
/// for k = 0, where it is the dispute's start, and for odd k, where it is the right one's sibling.
struct Interval {
    Entry left;
    Entry right;
}

/// @notice A claim of which the earned time is to be brought up.
/// @param marked the claim's marked intervals, all of them, in ascending order
struct Raise {
    ClaimKey claim;
    Interval[] marked;
}

/// @notice One of two claims that are to be sealed, and its value at the index.
struct Side {
    bytes32 listRoot;
    bytes32 end;
    Entry entry;
}

/// @notice Two claims of a dispute, and the first index where their lists differ.
/// @param before value `index` - 1 of x, which is y's too; ignored as an interval's left end is
struct Seal {
    DisputeKey dispute;
    Side x;
    Side y;
    uint256 index;
    Entry before;
}

/// @notice A step from a claim that supports the winner to the dispute of its interval `index`.
/// @param childRoot list root of the best claim there that ends with the interval's value; ignored
/// if there is none
struct Link {
    ClaimKey claim;
    uint256 index;
    Interval interval;
    bytes32 childRoot;
}

/// @notice A preimage of Keccak-256 of which a step reads the word at `offset`.
struct Preimage {
    uint256 offset;
    bytes data;
}

/// @notice A proof lane: what its proofs are worth.
/// @param verifier zero: there is no such lane
/// @param credit seconds
struct Lane {
    address verifier;
    uint64 credit;
}

/// @notice What a contest costs and what its named actions are worth, in wei.
/// @param contestBond of the first claim for an end in the root dispute
/// @param claimBond of any other claim
/// @param openBond of who opens a child dispute
/// @param claimRefund, openRefund, stepRefund, proveRefund, resolveRefund to whoever did it
/// @param settleDelay seconds from the winner's confirmation until money can be collected
struct Stakes {
    uint128 contestBond;
    uint128 claimBond;
    uint128 openBond;
    uint128 claimRefund;
    uint128 openRefund;
    uint128 stepRefund;
    uint128 proveRefund;
    uint128 resolveRefund;
    uint64 settleDelay;
}
