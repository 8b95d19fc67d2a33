// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What layer 1 knows of a bridged asset; one storage slot.
/// @param token ERC-20 contract; zero is ETH
/// @param l1Decimals decimals of the token
/// @param decimals decimals of the unit, min(l1Decimals, 8)
/// @param bridgedUnits units deposited and not yet withdrawn, at most 2^63 - 1
struct Asset {
    address token;
    uint8 l1Decimals;
    uint8 decimals;
    uint64 bridgedUnits;
}

/// @notice One item of a batch of deposits.
/// @param amount in the token's smallest parts
/// @param recipient owner of the account that is credited
/// @param account index of the account; 0 opens a fresh one
struct DepositItem {
    uint256 amount;
    address recipient;
    uint32 account;
}
