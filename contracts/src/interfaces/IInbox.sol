// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Asset, DepositItem} from "../types/Asset.sol";

/// @title IInbox
/// @notice Messages from layer 1 to layer 2: deposits, forced actions and the operator's
/// decisions, in one order that L1 fixes. Message i is leaf i - 1 of an append-only Merkle tree of
/// depth 32.
interface IInbox {
    /// @notice Message `index`, counted from 1; `message` are its canonical bytes.
    event MessageAdded(uint64 indexed index, bytes message);

    error NotSystemConfig(address caller);
    error ZeroRecipient();
    /// @notice A contract named itself: nobody could sign for that account. It can act for an
    /// account of its alias, by forced actions.
    error RecipientHasNoKey(address recipient, address aliased);
    error NotPortal(address caller);
    error InboxFull();
    /// @notice As many assets are listed as the chain can hold.
    error AssetTableFull();
    /// @notice The owner of SystemConfig lists tokens.
    error NotListed(address token);
    error AlreadyListed(address token);
    /// @notice ETH was sent, but the amounts asked for differ.
    error WrongValue(uint256 sent, uint256 expected);
    /// @notice `amount` parts are no positive whole number of units of `unitParts` parts.
    error NotWholeUnits(uint256 amount, uint256 unitParts);
    /// @notice The asset's bridged total would pass 2^63 - 1 units.
    error BridgedTotalExceeded(uint32 asset);
    /// @notice More units withdrawn than were ever deposited.
    error WithdrawnMoreThanBridged(uint32 asset, uint64 units, uint64 bridgedUnits);
    error UnknownAsset(uint32 asset);
    /// @notice Not a contract, or its decimals cannot be read or are absurd.
    error InvalidToken(address token);
    /// @notice The Portal's balance did not grow by the amount (a fee on transfer, for instance).
    error ReceivedOtherAmount(address token, uint256 received, uint256 expected);
    error BatchSizeOutOfRange(uint256 count);
    /// @notice The checkpoint does not exist, or is no longer kept.
    error CheckpointNotKept(uint64 checkpoint);
    error CheckpointNotOverdue(uint64 checkpoint);
    /// @notice More than 64 checkpoints after this one are older than the window too.
    error CheckpointTooOld(uint64 checkpoint);

    function portal() external view returns (address);
    function systemConfig() external view returns (address);

    /// @notice Number of messages, which is the index of the newest.
    function messageCount() external view returns (uint64);

    /// @notice Root of the tree of message hashes.
    function treeRoot() external view returns (bytes32);

    /// @notice H(word(count) || tree root).
    function inboxRoot() external view returns (bytes32);

    function assetCount() external view returns (uint32);

    /// @notice Index of `token` (zero is ETH), or 0 if it is not listed.
    function assetIndex(address token) external view returns (uint32);
    function asset(uint32 index) external view returns (Asset memory);

    /// @notice Checkpoints are counted from 1; one is made in each L1 block with messages.
    function checkpointCount() external view returns (uint64);

    /// @notice Time of the block, and the number of messages at its end. Only the newest 2^14
    /// checkpoints are kept.
    function checkpoint(uint64 number) external view returns (uint64 timeMs, uint64 count);

    /// @notice Seconds after which a message must be executed; as SystemConfig says.
    function sequencingWindow() external view returns (uint64);

    /// @notice The newest checkpoint older than the window (0: none), found by binary search: for
    /// callers off chain, as the argument of `BatchInbox.fix`.
    function overdueCheckpoint() external view returns (uint64 number);

    /// @notice The inbox root now, and the number of messages at the newest checkpoint older than
    /// the window. `hint` names that checkpoint (0: none is that old), or one of the 64 before it,
    /// so
    /// that a transaction holds although blocks pass before it lands.
    function snapshot(uint64 hint) external view returns (bytes32 root, uint64 overdueCount);

    /// @param recipient who signs for the account; a contract names its alias, never itself
    function depositETH(address recipient, uint32 account) external payable;

    /// @param token listed, or the caller is the owner of SystemConfig, whose deposit lists it
    function depositERC20(address token, uint256 amount, address recipient, uint32 account)
        external;

    /// @notice Up to 200 deposits of one token (zero: ETH, with the sum as value).
    function depositBatch(address token, DepositItem[] calldata items) external payable;

    /// @param amount in units; 2^64 - 1 is everything available
    function forcedWithdraw(uint32 account, uint32 assetId, uint64 amount, address recipient)
        external;
    /// @param market 0 is every market
    function forcedCancelAll(uint32 account, uint32 market) external;
    function forcedClose(uint32 account, uint32 market) external;
    /// @param amount in units; 2^64 - 1 is all that may leave
    function forcedMarginWithdraw(uint32 account, uint64 amount) external;

    /// @notice Gives `token` (zero is ETH) the next index; only SystemConfig.
    function listAsset(address token) external;

    /// @notice Appends a message of the operator; only SystemConfig.
    function addAdminMessage(uint8 kind, bytes calldata body) external;

    /// @notice Takes `units` off the asset's bridged total; only the Portal, which then pays
    /// `parts`.
    function release(uint32 assetId, uint64 units) external returns (address token, uint256 parts);
}
