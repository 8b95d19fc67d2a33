// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ReentrancyLock
/// @notice Refuses to enter a contract that is in the middle of a call to a stranger's code. The
/// lock lives in transient storage and so costs two hundred gas.
abstract contract ReentrancyLock {
    error Reentered();

    bool private transient locked;

    modifier nonReentrant() {
        if (locked) revert Reentered();
        locked = true;
        _;
        locked = false;
    }
}
