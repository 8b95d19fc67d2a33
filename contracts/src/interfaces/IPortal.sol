// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClaimId} from "../types/ClaimId.sol";

/// @title IPortal
/// @notice Holds everything that was bridged, and pays withdrawals that are proved to be in the
/// state of a confirmed claim, each once.
interface IPortal {
    event WithdrawalFinalized(
        uint32 indexed index,
        address indexed recipient,
        uint32 indexed asset,
        address token,
        uint64 units,
        uint256 parts
    );

    error NotInbox(address caller);
    error Paused();
    error NotConfirmed(ClaimId id, bytes32 endHash);
    error DelayNotOver(uint64 passed, uint64 delay);
    error AlreadyFinalized(uint32 index);
    error WrongTableRoots(bytes32 root, bytes32 stateRoot);
    error WrongPath(bytes32 root, bytes32 outboxRoot);
    error LeafLength(uint256 length);
    /// @notice The leaf is no withdrawal of the outbox in a version known here.
    error NotAWithdrawal(uint8 table, uint8 version, uint8 kind);
    error PaymentFailed(address recipient);
    error TokenTransferFailed(address token);

    function inbox() external view returns (address);
    function registry() external view returns (address);
    function superchainConfig() external view returns (address);

    /// @notice Seconds between the confirmation of a claim and payments from its state.
    function payoutDelay() external view returns (uint64);
    function isFinalized(uint32 index) external view returns (bool);

    /// @notice Takes ETH into custody; only the Inbox.
    function takeETH() external payable;

    /// @notice Pays withdrawal `index` to the recipient in `leaf`. By anyone.
    /// @param id, end a confirmed claim and its end cursor
    /// @param leaf the 67 bytes of the outbox object
    /// @param siblings from the leaf's level up
    /// @param tableRoots the roots of the 32 tables of the state
    function finalize(
        ClaimId id,
        bytes32[32] calldata end,
        uint32 index,
        bytes calldata leaf,
        bytes32[32] calldata siblings,
        bytes32[32] calldata tableRoots
    ) external;
}
