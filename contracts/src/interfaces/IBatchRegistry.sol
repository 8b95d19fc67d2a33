// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClaimId} from "../types/ClaimId.sol";
import {Claim} from "../types/Claim.sol";
import {IAnchorStateRegistry} from "./IAnchorStateRegistry.sol";
import {ILanes} from "./ILanes.sol";

/// @title IBatchRegistry
/// @notice Claims about the result of posted batches, each on another claim. A claim earns time
/// while no rival with the same parent exists, and is confirmed when it has earned the whole
/// window and
/// its parent is confirmed. Claims are stored under their id and the hash of their end cursor, so
/// that naming both proves the end.
interface IBatchRegistry is IAnchorStateRegistry, ILanes {
    event Claimed(
        bytes32 indexed id,
        bytes32 indexed parent,
        uint64 indexed batch,
        address claimer,
        bytes32 firstHash,
        bytes32 endHash,
        bytes32[32] end
    );

    /// @notice `id` is a further claim on `parent`: none of them earns time from now on.
    event Rivalled(bytes32 indexed parent, bytes32 indexed id, uint64 indexed batch);
    event Confirmed(bytes32 indexed id, uint64 indexed batch);

    /// @notice The resolver decided that of the claims on `parent` only `winner` can be confirmed.
    event Decided(bytes32 indexed parent, bytes32 indexed winner);
    event BondPaid(address indexed claimer, uint256 amount);
    event BondWithdrawn(address indexed claimer, uint256 amount);

    /// @notice Lane `lane` accepted a proof of the claim.
    event Credited(ClaimId indexed id, uint256 lane, address indexed recipient);

    /// @notice The losing claim `id` cost its claimer so much, which went to the contest.
    event Forfeited(ClaimId indexed id, address indexed claimer, uint256 amount);

    error BatchNotFixedSo(uint64 batch, bytes32 given, bytes32 postedHash);
    /// @notice No claim `parent` has an end cursor with this hash.
    error UnknownParent(ClaimId parent, bytes32 endHash);
    error UnknownClaim(ClaimId id, bytes32 endHash);
    error ParentOfOtherBatch(uint256 parentBatch, uint64 batch);
    /// @notice A claim on this parent is confirmed already.
    error ParentSettled(ClaimId parent);
    error ClaimExists(ClaimId id);
    /// @notice Word `word` of the end cursor cannot have this value at the end of the batch.
    error ImpossibleEnd(uint256 word, bytes32 value);
    /// @notice Less was sent than the bond that is due, or anything with a claim that continues a
    /// line.
    error WrongBond(uint256 sent, uint256 due);
    /// @notice `id` is not a claim on the newest confirmed claim, or its hashes are not the given.
    error NotOnAnchor(ClaimId id, ClaimId anchor);
    error Contested(ClaimId id);
    error NotDecidedFor(ClaimId id);
    error TimeNotEarned(uint64 earned, uint64 window);
    error WrongConfiguration(bytes32 hash, bytes32 configHash);
    error AlreadyCredited(ClaimId id, uint256 lane);
    /// @notice No claim on this parent is confirmed.
    error WinnerPending(ClaimId parent);
    error NotLost(ClaimId id);
    error AlreadyForfeited(ClaimId id);
    error NotResolver(address caller);
    error NotContested(ClaimId parent);
    error AlreadyDecided(ClaimId parent);
    /// @notice The caller has no more in here than the bonds of so many lines that have not ended.
    error BondAtStake(uint64 lines);
    error PaymentFailed(address recipient);

    function inbox() external view returns (address);
    function batchInbox() external view returns (address);
    function systemConfig() external view returns (address);
    function superchainConfig() external view returns (address);
    function portal() external view returns (address);

    /// @notice Who alone may decide between rivals; zero: nobody, they stay undecided.
    function resolver() external view returns (address);

    /// @notice Seconds that a claim must earn.
    function window() external view returns (uint64);

    /// @notice Bond of each line of a claimer, in wei: from the line's first claim until its last
    /// is confirmed, or one of it loses and forfeits the bond.
    function lineBond() external view returns (uint256);

    /// @notice L1 block in which SystemConfig, the first of the contracts with events of the
    /// chain, was made: scan the events of all of them from here.
    function deploymentBlock() external view returns (uint64);
    function genesisId() external view returns (ClaimId);

    function claimOf(ClaimId id, bytes32 endHash) external view returns (Claim memory);

    /// @notice Seconds that the claim has earned without rivals, in its window.
    function earnedTime(ClaimId id, bytes32 endHash, ClaimId parent, bytes32 parentEndHash)
        external
        view
        returns (uint64);

    /// @notice Lanes that proved the claim; bit l: lane l.
    function creditedLanes(ClaimId id) external view returns (uint256 set);

    /// @notice Of rivals on `parent`, the one that the resolver chose (0: none).
    function winnerOn(ClaimId parent) external view returns (ClaimId);

    /// @notice Bond that `claimer` must send with a claim on `parent`: none if that continues a
    /// line of his, or else what he has in here less than a bond for each of his lines and one.
    function bondDue(address claimer, ClaimId parent, bytes32 parentEndHash)
        external
        view
        returns (uint256);

    /// @notice What `claimer` has in here, and how many of his lines have not ended. A line is a
    /// chain of his claims, each the first on the one before and made while that was pending.
    function stakeOf(address claimer) external view returns (uint128 bond, uint64 lines);

    /// @param posted the seven words of `BatchInbox.Fixed`
    /// @param parentEnd end cursor of the parent claim
    /// @param end end cursor that is claimed
    function claim(
        ClaimId parent,
        uint64 batch,
        bytes32[7] calldata posted,
        bytes32[32] calldata parentEnd,
        bytes32[32] calldata end
    ) external payable returns (ClaimId id);

    /// @notice Confirms claim `id` on the anchor, which it then is. By anyone.
    function confirm(ClaimId id, bytes32 firstHash, bytes32 endHash) external;

    /// @notice Credits a claim with what the lane's word is worth.
    /// @param posted the seven words of the claim's batch
    /// @param config the configuration that they name
    /// @param recipient to whom the proof is bound
    function prove(
        ClaimId parent,
        uint64 batch,
        bytes32 firstHash,
        bytes32 endHash,
        bytes32[7] calldata posted,
        bytes32[32] calldata config,
        uint256 laneNumber,
        address recipient,
        bytes calldata proof
    ) external;

    /// @notice Between rivals on `parent`, lets only `winner` be confirmed. Only the resolver.
    function decide(ClaimId parent, bytes32 parentEndHash, ClaimId winner) external;

    /// @notice Ends the line of the claim `(parent, batch, firstHash, endHash)`, which lost
    /// against a confirmed claim, and sends the line's bond to `to`. Only the resolver, once a
    /// claim.
    function forfeit(
        ClaimId parent,
        bytes32 parentEndHash,
        uint64 batch,
        bytes32 firstHash,
        bytes32 endHash,
        address to
    ) external;

    /// @notice Pays the caller what he has in here beyond the bonds of lines that have not ended.
    function withdrawBond() external;
}
