// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClaimId} from "../types/ClaimId.sol";

/// @title IDisputeGameFactory
/// @notice Makes one game for each contested parent, and is the registry's resolver.
interface IDisputeGameFactory {
    event GameCreated(
        ClaimId indexed parent,
        address indexed game,
        uint64 indexed batch,
        bytes32 parentEndHash,
        bytes32 firstHash,
        bytes32 image
    );

    error GameExists(address game);
    error NotContested(ClaimId parent);
    /// @notice There is no such claim on the parent.
    error UnknownClaim(ClaimId id, bytes32 endHash);
    error NotAGame(address caller);
    error CreationFailed();

    function registry() external view returns (address);

    /// @notice The code that all games run.
    function implementation() external view returns (address);

    /// @notice The game of a parent (0: none yet).
    function gameOf(ClaimId parent) external view returns (address);

    /// @notice Makes the game of contested `parent`. By anyone.
    /// @param firstHash, endHash of any claim on the parent
    /// @param posted the seven words of `BatchInbox.Fixed`
    /// @param config the configuration that they name
    function create(
        ClaimId parent,
        bytes32 parentEndHash,
        uint64 batch,
        bytes32 firstHash,
        bytes32 endHash,
        bytes32[7] calldata posted,
        bytes32[32] calldata config
    ) external returns (address game);

    /// @notice Decides the contest in the registry; only the parent's game.
    function decide(ClaimId parent, bytes32 parentEndHash, ClaimId winner) external;

    /// @notice Takes the line bond of a claim that lost on `parent` into the parent's game. By
    /// anyone, once the winner is confirmed.
    function forfeit(
        ClaimId parent,
        bytes32 parentEndHash,
        uint64 batch,
        bytes32 firstHash,
        bytes32 endHash
    ) external;
}
