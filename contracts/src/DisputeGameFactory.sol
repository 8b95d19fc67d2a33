// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchRegistry} from "./interfaces/IBatchRegistry.sol";
import {IDisputeGameFactory} from "./interfaces/IDisputeGameFactory.sol";
import {Clone} from "./libraries/Clone.sol";
import {Posted} from "./libraries/Posted.sol";
import {ClaimId, toClaimId} from "./types/ClaimId.sol";

/// @title DisputeGameFactory
/// @notice Makes the one game of each contested parent. What a game is about is all in the names
/// of
/// its arguments: any claim on the parent proves the first cursor, which proves the posted words,
/// which prove the configuration and with it the program.
contract DisputeGameFactory is IDisputeGameFactory {
    /// @inheritdoc IDisputeGameFactory
    address public immutable registry;
    /// @inheritdoc IDisputeGameFactory
    address public immutable implementation;

    /// @inheritdoc IDisputeGameFactory
    mapping(ClaimId parent => address) public gameOf;

    constructor(address registry_, address implementation_) {
        registry = registry_;
        implementation = implementation_;
    }

    /// @inheritdoc IDisputeGameFactory
    function create(
        ClaimId parent,
        bytes32 parentEndHash,
        uint64 batch,
        bytes32 firstHash,
        bytes32 endHash,
        bytes32[7] calldata posted,
        bytes32[32] calldata config
    ) external returns (address game) {
        if (gameOf[parent] != address(0)) {
            revert GameExists(gameOf[parent]);
        }
        checkContested(parent, parentEndHash);
        ClaimId id = toClaimId(parent, batch, firstHash, endHash);
        if (IBatchRegistry(registry).claimOf(id, endHash).claimer == address(0)) {
            revert UnknownClaim(id, endHash);
        }
        Posted.check(IBatchRegistry(registry).batchInbox(), batch, posted);
        bytes32 image = Posted.image(posted, config);
        bytes32[5] memory data;
        (data[0], data[1], data[2]) = (ClaimId.unwrap(parent), parentEndHash, firstHash);
        (data[3], data[4]) = (image, bytes32(uint256(batch) << 64 | Posted.time(posted)));
        game = Clone.create(implementation, data);
        if (game == address(0)) revert CreationFailed();
        gameOf[parent] = game;
        emit GameCreated(parent, game, batch, parentEndHash, firstHash, image);
    }

    /// @inheritdoc IDisputeGameFactory
    function decide(ClaimId parent, bytes32 parentEndHash, ClaimId winner) external {
        if (msg.sender != gameOf[parent]) revert NotAGame(msg.sender);
        IBatchRegistry(registry).decide(parent, parentEndHash, winner);
    }

    /// @inheritdoc IDisputeGameFactory
    function forfeit(
        ClaimId parent,
        bytes32 parentEndHash,
        uint64 batch,
        bytes32 firstHash,
        bytes32 endHash
    ) external {
        address game = gameOf[parent];
        IBatchRegistry(registry).forfeit(parent, parentEndHash, batch, firstHash, endHash, game);
    }

    function checkContested(ClaimId parent, bytes32 parentEndHash) private view {
        if (IBatchRegistry(registry).claimOf(parent, parentEndHash).contestedAt == 0) {
            revert NotContested(parent);
        }
    }
}
