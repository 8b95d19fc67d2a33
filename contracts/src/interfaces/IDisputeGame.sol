// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILanes} from "./ILanes.sol";
import {ClaimId} from "../types/ClaimId.sol";
import {DisputeKey, Link, Preimage, Raise, Seal, Side, Stakes} from "../types/Dispute.sol";

/// @title IDisputeGame
/// @notice The contest between all claims on one parent (docs/protocol/dispute.md). Times are
/// seconds of the unpaused clock since the batch was fixed. Whoever sends more than a bond keeps a
/// right to the rest, which is collected with everything else. After `Resolved` nothing moves.
interface IDisputeGame is ILanes {
    /// @notice A child dispute was opened at `opened`. The root dispute (0, first cursor's hash,
    /// 0, 0) is open as long as the game exists, without an event.
    event Opened(
        bytes32 indexed disputeId,
        uint256 level,
        bytes32 start,
        uint256 position,
        bytes32 indexed parent,
        address indexed opener,
        uint256 opened
    );

    /// @notice A claim was posted at `posted`. `list`: its 64 values.
    event Claimed(
        bytes32 indexed disputeId,
        bytes32 indexed claimId,
        bytes32 end,
        address indexed poster,
        uint256 posted,
        bytes32 listRoot,
        bytes32[64] list
    );

    /// @notice Claims `x` and `y` first differ at `index`; `child` is the dispute of that index.
    event Sealed(
        bytes32 indexed disputeId,
        bytes32 indexed x,
        bytes32 indexed y,
        uint256 index,
        bytes32 child
    );

    /// @notice `next` is the hash of the state after the dispute's start.
    event Stepped(bytes32 indexed disputeId, bytes32 next, address indexed by);

    /// @notice The claim's earned time, by set of lanes that are counted further up (bit l: lane
    /// l), as it was found; kept is the largest.
    event Raised(
        bytes32 indexed disputeId, bytes32 indexed end, bytes32 indexed claimId, uint40[4] times
    );

    /// @notice Lane `lane` accepted a proof that the dispute's interval ends with `end`.
    event Credited(
        bytes32 indexed disputeId, bytes32 indexed end, uint256 lane, address indexed recipient
    );

    /// @notice The batch claim `winner`, which ends with `end`, has earned the window.
    event Resolved(ClaimId indexed winner, bytes32 end, uint64 earned, address indexed by);

    /// @notice `end` supports the winner in this dispute. `claimId` is its best claim (0: none),
    /// `poster` gets its bond back and a refund for it.
    event Settled(
        bytes32 indexed disputeId,
        bytes32 indexed end,
        bytes32 indexed claimId,
        address poster,
        uint256 bond
    );

    /// @notice Whoever opened this dispute gets his bond back, and a refund.
    event OpenerSettled(bytes32 indexed disputeId, address indexed opener);

    /// @notice No more is settled: of each refund `pool / refunds` is paid (at most all of it).
    event Closed(uint256 pool, uint256 refunds);
    event Collected(address indexed recipient, uint256 bonds, uint256 refunds);

    error AlreadyResolved(ClaimId winner);
    error NotResolved();
    error NotOpen(bytes32 disputeId);
    error WrongLevel(uint256 level);
    error ClaimExists(bytes32 claimId);
    error UnknownClaim(bytes32 claimId);
    /// @notice There is no claim on the parent that ends with `end`.
    error UnknownEnd(bytes32 end);
    /// @notice At level 4 a claim comes with 8 words of its last state, followed by 32 of the
    /// run's input if it supports `failed`; elsewhere with none.
    error WrongRunLength(uint256 length);
    error WrongLastState(bytes32 hash, bytes32 value);
    error WrongInput(bytes32 hash, bytes32 input);
    error IndexOutOfRange(uint256 index);
    /// @notice The entry is not value `index` of the list.
    error WrongPath(uint256 index, bytes32 root, bytes32 listRoot);
    /// @notice The lists agree at `index`, or differ before it.
    error NotFirstDifference(uint256 index);
    error AlreadySealed(uint256 index);
    error WrongState(bytes32 hash, bytes32 start);
    error AlreadyStepped(bytes32 disputeId);
    error AlreadyCredited(bytes32 disputeId, bytes32 end, uint256 lane);
    /// @notice The claim has other, or more, marked intervals.
    error WrongMarkedCount(uint256 given, uint256 marked);
    error TimeNotEarned(uint256 earned, uint64 window);
    error BondNotPaid(uint256 sent, uint256 due);
    error NotSupporting(bytes32 disputeId, bytes32 end);
    error NotBest(bytes32 claimId);
    error AlreadySettled(bytes32 disputeId, bytes32 end);
    error SettlingOver();
    error SettlingNotOver();
    error NothingDue(address recipient);
    error PaymentFailed(address recipient);
    error NotRegistry(address caller);

    function registry() external view returns (address);
    function superchainConfig() external view returns (address);
    function factory() external view returns (address);
    function stepVerifier() external view returns (address);
    function stakes() external view returns (Stakes memory);

    /// @notice The contest: claims on `parent` about `batch`, all of which start at `firstHash`
    /// and are judged with program `image`; made at `createdAt` (block time, seconds).
    function contest()
        external
        view
        returns (
            ClaimId parent,
            bytes32 parentEndHash,
            bytes32 firstHash,
            bytes32 image,
            uint64 batch,
            uint64 fixedAt
        );

    /// @notice Seconds since the batch was fixed, without pauses.
    function clock() external view returns (uint256);

    /// @notice Batch claim that was decided for (0: none yet).
    function winner() external view returns (ClaimId id);

    /// @notice Who opened the dispute (0: nobody) and when.
    function disputeOf(bytes32 disputeId) external view returns (address opener, uint256 opened);

    /// @notice Who posted the claim (0: there is none), when, and which intervals are marked.
    function claimOf(bytes32 claimId)
        external
        view
        returns (address poster, uint256 posted, uint64 marked);

    /// @notice Largest earned times of claims in the dispute with this end, as brought up, by set
    /// of lanes counted further up; and the first 11 bytes of the id of the claim that has the
    /// largest for the empty set.
    function supportOf(bytes32 disputeId, bytes32 end)
        external
        view
        returns (uint40[4] memory times, bytes11 best);

    /// @notice Who proved it (0: nobody).
    function proverOf(bytes32 disputeId, bytes32 end, uint256 laneNumber)
        external
        view
        returns (address);

    /// @notice Who proved that `next` follows the start of a dispute of level 8 (0: nobody).
    function stepperOf(bytes32 disputeId, bytes32 next) external view returns (address);

    /// @notice Time that the batch claim which ends with `end` has earned, as brought up.
    function earnedTime(bytes32 end) external view returns (uint256);

    /// @notice What the account can collect: bonds in full, refunds as far as there is money.
    function dueTo(address account) external view returns (uint128 bonds, uint128 refunds);

    /// @notice The bond that a claim in the dispute with this end must send now.
    function claimBondDue(DisputeKey calldata dispute, bytes32 end) external view returns (uint256);

    /// @notice Posts a claim; with the claim bond, or in the root dispute the contest bond if it
    /// is the first for its end.
    /// @param run at level 4 the 8 words of the last state, and the 32 words of the run's input
    /// if that state supports `failed`; else empty
    function claim(DisputeKey calldata dispute, bytes32[64] calldata list, bytes32[] calldata run)
        external
        payable
        returns (bytes32 claimId);

    /// @notice Posts a claim, unless it exists, and seals it against `rival` at `index`; with both
    /// bonds, of which what is not due is kept for the sender.
    function claimAndSeal(
        DisputeKey calldata dispute,
        bytes32[64] calldata list,
        bytes32[] calldata run,
        Side calldata rival,
        uint256 index
    ) external payable returns (bytes32 claimId);

    /// @notice Marks the index in both claims; with the open bond if that opens its dispute.
    function seal(Seal calldata pair) external payable returns (bytes32 child);

    /// @notice Seals, unless that is done, and posts a claim in the dispute of the index; with
    /// both bonds, of which what is not due is kept for the sender.
    function sealAndClaim(Seal calldata pair, bytes32[64] calldata list, bytes32[] calldata run)
        external
        payable
        returns (bytes32 claimId);

    /// @notice Seals two claims of level 7, unless that is done, and proves the step of the index.
    function sealAndStep(
        Seal calldata pair,
        bytes32[8] calldata state,
        bytes32[] calldata code,
        bytes32[] calldata data,
        Preimage[] calldata shown
    ) external payable;

    /// @notice Proves the step of a dispute of level 8; see `IStepVerifier.step`.
    /// @param shown what the step reads; empty if it reads nothing, or what was loaded before.
    /// Long calldata has a price floor (EIP-7623) under which the step itself costs nothing, so a
    /// page is shown for less here than in a transaction of its own.
    function step(
        DisputeKey calldata dispute,
        bytes32[8] calldata state,
        bytes32[] calldata code,
        bytes32[] calldata data,
        Preimage[] calldata shown
    ) external;

    /// @notice Credits (dispute, end) with what the lane's word is worth.
    /// @param recipient who is paid for the proof; the proof is bound to him
    function prove(
        DisputeKey calldata dispute,
        bytes32 end,
        uint256 laneNumber,
        address recipient,
        bytes calldata proof
    ) external;

    /// @notice Brings earned times up, in the order given: children first.
    function raise(Raise[] calldata raises) external;

    /// @notice Brings earned times up and decides for the batch claim that ends with `end`.
    function resolve(bytes32 end, Raise[] calldata raises) external;

    /// @notice Shows that the winner's best claim in the root dispute supports it.
    /// @param listRoot of that claim; ignored if there is none
    function settleRoot(bytes32 listRoot) external;

    /// @notice Shows what supports the winner, parents first: each link from a claim that was
    /// settled before to the dispute of one of its intervals, marked or not.
    function settle(Link[] calldata links) external;

    /// @notice Pays the caller what is due to him, once settling is over.
    function collect() external;
}
