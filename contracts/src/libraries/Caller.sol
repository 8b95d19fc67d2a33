// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Caller
/// @notice Who calls: a transaction itself, an account that has a key, or a contract. The origin
/// is compared to recognise what the caller is, never to grant anything.
library Caller {
    uint160 private constant ALIAS_OFFSET = uint160(0x1111000000000000000000000000000000001111);
    /// @dev The code of an account that delegates (EIP-7702) is these three bytes and an address;
    /// no contract can be made with code that begins so (EIP-3541).
    bytes3 private constant DELEGATION_PREFIX = 0xef0100;

    /// @notice Whether the call is the transaction itself, so that its arguments are in the
    /// transaction's calldata. To be the origin does not suffice: a transaction of a delegating
    /// account to itself runs that account's code, which calls on as the origin with arguments
    /// that are nowhere in the transaction. Without code, an origin has no other call than its
    /// transaction; a contract being made has no code either, but is no origin.
    function isTransaction(address account) internal view returns (bool) {
        return account == tx.origin && account.code.length == 0;
    }

    /// @notice Whether the caller is an account with a key, which can sign on layer 2 too:
    /// whoever sent the transaction, a delegating account is one.
    function hasKey(address account) internal view returns (bool) {
        if (account == tx.origin) return true;
        bytes32 start;
        assembly ("memory-safe") {
            extcodecopy(account, 0x00, 0x00, 0x20) // zeros beyond its end
            start := mload(0x00)
        }
        return bytes3(start) == DELEGATION_PREFIX;
    }

    /// @notice The caller as messages name him: what is not the origin under another address,
    /// since the same address may belong to someone else on layer 2. That includes delegating
    /// accounts which another's transaction calls: what their code lets strangers do stays on
    /// layer 1, and their key can send the message itself.
    function senderOf(address account) internal view returns (address) {
        return account == tx.origin ? account : aliasOf(account);
    }

    function aliasOf(address account) internal pure returns (address) {
        unchecked {
            return address(uint160(account) + ALIAS_OFFSET);
        }
    }
}
