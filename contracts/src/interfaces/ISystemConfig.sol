// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Market} from "../types/Market.sol";
import {Perpetual} from "../types/Perpetual.sol";

/// @title ISystemConfig
/// @notice What the operator may decide: who posts, by which data modes, under which configuration
/// each batch runs, and which assets and markets exist. Decisions about execution reach layer 2 as
/// inbox messages, so every verifier sees them at the same place.
interface ISystemConfig {
    /// @notice Configuration `words` holds from batch `startBatch` on.
    event ConfigurationAnnounced(
        uint64 indexed startBatch, bytes32 indexed configHash, bytes32[32] words
    );

    /// @notice `poster` may post, under fencing term `term` only.
    event PosterChanged(address indexed poster, uint64 indexed term);

    /// @notice Bit m of `modes` says whether data mode m may be used.
    event DataModesChanged(uint256 modes);

    event OwnershipTransferStarted(address indexed owner, address indexed pendingOwner);
    event OwnershipTransferred(address indexed previousOwner, address indexed owner);

    error NotOwner(address caller);
    error NotPendingOwner(address caller);
    error NotPosterOrOwner(address caller);
    error ZeroAddress();
    /// @notice `term` does not follow the current one.
    error WrongTerm(uint64 term, uint64 current);
    /// @notice A bit of `modes` names a data mode that cannot be read, or needs its own function.
    error UnsupportedModes(uint256 modes);
    /// @notice The local directory is no data availability; it is for development networks.
    error LocalModeOnMainnet();
    error SequencingWindowOutOfRange(uint64 windowSeconds);
    /// @notice A configuration must start at a batch that is not fixed, and not before the last
    /// one.
    error StartsTooEarly(uint64 startBatch, uint64 earliest);
    error UnsupportedVersion(bytes32 version);
    error WrongVerifyingContract(bytes32 word, address portal);
    error ReservedWordNotZero(uint256 word);
    /// @notice Blocks may lie less far in the past than messages may wait, so that the blocks
    /// which hold forced messages would have no time.
    error PastWindowTooShort(uint256 pastWindowMs);
    /// @notice Fewer assets than the Inbox may list.
    error AssetCapacityTooSmall(uint256 capacity);
    /// @notice Fewer markets than may be created.
    /// @notice The configuration names no fault proof program.
    error NoImage();
    error MarketCapacityTooSmall(uint256 capacity);
    /// @notice Nonces that were forgotten as too old would be young enough again.
    error NonceAgeGrows(uint256 nonceAgeMs, uint256 previous);
    /// @notice Layer 2 would refuse it.
    error InvalidMarket();
    error InvalidOracleSet();
    error MarketTableFull();
    error UnknownMarket(uint32 market);
    error ZeroAccount();
    error InvalidMarketStatus(uint8 status);

    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function inbox() external view returns (address);
    function batchInbox() external view returns (address);
    function portal() external view returns (address);

    /// @notice Markets created so far; their indexes count from 1.
    function marketCount() external view returns (uint32);

    /// @notice Asset in which all perpetual markets are margined; 0: there is none yet.
    function collateralAsset() external view returns (uint32);

    /// @notice L1 block in which the contract was made, before any message, post or claim: scan
    /// events from here.
    function deploymentBlock() external view returns (uint64);

    /// @notice Seconds after which an inbox message must be executed.
    function sequencingWindow() external view returns (uint64);

    /// @notice Who may post, under which term, by which modes (bit m: data mode m).
    function posting() external view returns (address poster, uint64 term, uint256 modes);

    /// @notice Hash of the configuration of batch `batch`.
    function configHash(uint64 batch) external view returns (bytes32);

    /// @notice The 32 words of the configuration of batch `batch`, and the batch at which it
    /// starts.
    function configuration(uint64 batch)
        external
        view
        returns (uint64 startBatch, bytes32[32] memory words);

    /// @notice Announces the configuration that holds from `startBatch` on. Announcing again for
    /// the same batch replaces what was announced for it. The nonce age may only shrink.
    function announceConfiguration(uint64 startBatch, bytes32[32] calldata words) external;

    /// @notice Makes `poster` the only address that may post, under the next term.
    function setPoster(address poster) external;

    /// @notice Moves to term `term`, which must be the next: what was signed under the older one
    /// can no longer land. The poster itself may do so when one of its replicas takes over.
    function advanceTerm(uint64 term) external;

    function setDataModes(uint256 modes) external;
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;

    /// @notice Lists `token` (zero is ETH, which needs it not), so that anyone may deposit it.
    function listAsset(address token) external;
    function createMarket(Market calldata market) external;

    /// @notice The first one decides what all are margined in.
    function createPerpetual(Perpetual calldata market) external;

    /// @param quorum more than half of the members
    /// @param members 1 to 16 accounts, ascending
    function setOracleSet(uint8 quorum, uint32[] calldata members) external;
    function setMarketStatus(uint32 market, uint8 status) external;
    function setFeeAccount(uint32 account) external;
}
