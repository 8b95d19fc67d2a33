// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAnchorStateRegistry} from "./interfaces/IAnchorStateRegistry.sol";
import {IBatchRegistry} from "./interfaces/IBatchRegistry.sol";
import {ISuperchainConfig} from "./interfaces/ISuperchainConfig.sol";
import {ISystemConfig} from "./interfaces/ISystemConfig.sol";
import {Cursor} from "./libraries/Cursor.sol";
import {Hashing} from "./libraries/Hashing.sol";
import {Lanes} from "./libraries/Lanes.sol";
import {Posted} from "./libraries/Posted.sol";
import {Children, Claim} from "./types/Claim.sol";
import {ClaimId, toClaimId} from "./types/ClaimId.sol";
import {Lane} from "./types/Dispute.sol";

/// @title BatchRegistry
/// @notice Keeps one storage slot a claim. A record is found under the claim's id and the hash of
/// its end cursor together: whoever names both has proved the end, and neither is stored.
/// Confirmed
/// claims form one chain, whose newest is the anchor.
contract BatchRegistry is IBatchRegistry, Lanes {
    /// @dev A line is a chain of claims of one claimer, each made on the one before while that was
    /// pending. Its last claim is confirmed after all others, so lines are counted, not claims,
    /// and going on with a line touches no stake. A line ends once, with the confirmation of its
    /// last claim or the forfeiture of one; until then a bond of the claimer is its own, so that
    /// bond >= lineBond * lines.
    /// @param bond wei at stake
    /// @param lines lines of the claimer that have not ended
    struct Stake {
        uint128 bond;
        uint64 lines;
    }

    uint256 private constant BATCH_UNITS = 2 ** 24;

    /// @inheritdoc IBatchRegistry
    address public immutable batchInbox;
    /// @inheritdoc IBatchRegistry
    address public immutable systemConfig;
    /// @inheritdoc IBatchRegistry
    address public immutable superchainConfig;
    /// @inheritdoc IBatchRegistry
    address public immutable resolver;
    /// @inheritdoc IBatchRegistry
    uint64 public immutable window;
    /// @inheritdoc IBatchRegistry
    uint256 public immutable lineBond;
    ClaimId private immutable genesis;

    mapping(ClaimId id => mapping(bytes32 endHash => Claim)) private claims;
    mapping(address claimer => Stake) private stakes;
    /// @inheritdoc IBatchRegistry
    mapping(ClaimId parent => ClaimId) public winnerOn;
    /// @inheritdoc IBatchRegistry
    mapping(ClaimId id => uint256 set) public creditedLanes;

    ClaimId private anchorId;
    bytes32 private anchorEndHash;
    uint64 private anchorBatch;

    /// @param batchInbox_, systemConfig_, superchainConfig_ deployed already
    /// @param resolver_ who decides between rivals; zero: nobody
    /// @param window_ seconds that a claim must earn
    /// @param lineBond_ wei
    /// @param genesisRoot state root before batch 1
    /// @param lanes whose proofs count, and how much
    constructor(
        address batchInbox_,
        address systemConfig_,
        address superchainConfig_,
        address resolver_,
        uint64 window_,
        uint128 lineBond_,
        bytes32 genesisRoot,
        Lane[2] memory lanes
    ) Lanes(lanes, window_) {
        batchInbox = batchInbox_;
        systemConfig = systemConfig_;
        superchainConfig = superchainConfig_;
        resolver = resolver_;
        window = window_;
        lineBond = lineBond_;

        bytes32 firstHash = Cursor.zeroHash();
        bytes32 endHash =
            Cursor.genesisEndHash(genesisRoot, ISystemConfig(systemConfig_).configHash(0));
        ClaimId id = toClaimId(ClaimId.wrap(0), 0, firstHash, endHash);
        genesis = id;
        Claim memory record = newClaim(address(this));
        record.confirmed = true;
        claims[id][endHash] = record;
        (anchorId, anchorEndHash) = (id, endHash);
        emit Confirmed(ClaimId.unwrap(id), 0);
    }

    /// @inheritdoc IBatchRegistry
    function claim(
        ClaimId parent,
        uint64 batch,
        bytes32[7] calldata posted,
        bytes32[32] calldata parentEnd,
        bytes32[32] calldata end
    ) external payable returns (ClaimId id) {
        Posted.check(batchInbox, batch, posted);
        Cursor.checkEnd(end, batch, posted);
        (bool rival, bool continues) = attach(parent, batch, parentEnd);
        bytes32 firstHash = Cursor.firstHash(parentEnd, batch, posted);
        bytes32 endHash = Hashing.words(end);
        id = toClaimId(parent, batch, firstHash, endHash);
        if (claims[id][endHash].claimer != address(0)) revert ClaimExists(id);
        claims[id][endHash] = newClaim(msg.sender);
        takeBond(continues);
        emit Claimed(
            ClaimId.unwrap(id), ClaimId.unwrap(parent), batch, msg.sender, firstHash, endHash, end
        );
        if (rival) emit Rivalled(ClaimId.unwrap(parent), ClaimId.unwrap(id), batch);
    }

    /// @inheritdoc IBatchRegistry
    function confirm(ClaimId id, bytes32 firstHash, bytes32 endHash) external {
        ClaimId parent = anchorId;
        uint64 batch = anchorBatch + 1;
        if (toClaimId(parent, batch, firstHash, endHash) != id) revert NotOnAnchor(id, parent);
        Claim memory record = claims[id][endHash];
        if (record.claimer == address(0)) revert UnknownClaim(id, endHash);

        bytes32 parentEndHash = anchorEndHash;
        Claim memory parentRecord = claims[parent][parentEndHash];
        if (parentRecord.contestedAt == 0) {
            uint64 earned = ISuperchainConfig(superchainConfig).unpausedSince(record.time);
            earned += creditOf(id);
            if (earned < window) revert TimeNotEarned(earned, window);
        } else if (ClaimId.unwrap(winnerOn[parent]) == 0) {
            revert Contested(id);
        } else if (winnerOn[parent] != id) {
            revert NotDecidedFor(id);
        }

        parentRecord.children = Children.Settled;
        claims[parent][parentEndHash] = parentRecord;
        record.confirmed = true;
        record.time = uint40(block.timestamp);
        claims[id][endHash] = record;
        (anchorId, anchorEndHash, anchorBatch) = (id, endHash, batch);
        if (record.children != Children.Continued) --stakes[record.claimer].lines;
        emit Confirmed(ClaimId.unwrap(id), batch);
    }

    /// @inheritdoc IBatchRegistry
    function decide(ClaimId parent, bytes32 parentEndHash, ClaimId winner) external {
        if (msg.sender != resolver) revert NotResolver(msg.sender);
        if (claims[parent][parentEndHash].contestedAt == 0) revert NotContested(parent);
        if (ClaimId.unwrap(winnerOn[parent]) != 0) revert AlreadyDecided(parent);
        winnerOn[parent] = winner;
        emit Decided(ClaimId.unwrap(parent), ClaimId.unwrap(winner));
    }

    /// @inheritdoc IBatchRegistry
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
    ) external {
        ClaimId id = toClaimId(parent, batch, firstHash, endHash);
        if (claims[id][endHash].claimer == address(0)) revert UnknownClaim(id, endHash);
        Posted.check(batchInbox, batch, posted);
        bytes32 image = Posted.image(posted, config);
        uint256 bit = 1 << laneNumber;
        if (creditedLanes[id] & bit != 0) revert AlreadyCredited(id, laneNumber);
        checkProof(laneNumber, image, firstHash, endHash, BATCH_UNITS, recipient, proof);
        creditedLanes[id] |= bit;
        emit Credited(id, laneNumber, recipient);
    }

    /// @inheritdoc IBatchRegistry
    function forfeit(
        ClaimId parent,
        bytes32 parentEndHash,
        uint64 batch,
        bytes32 firstHash,
        bytes32 endHash,
        address to
    ) external {
        if (msg.sender != resolver) revert NotResolver(msg.sender);
        // That the parent is confirmed tells it from one that forfeited, which is settled too:
        // what is claimed on that is of lines that ended there.
        Claim memory parentRecord = claims[parent][parentEndHash];
        if (!parentRecord.confirmed || parentRecord.children != Children.Settled) {
            revert WinnerPending(parent);
        }
        ClaimId id = toClaimId(parent, batch, firstHash, endHash);
        if (ClaimId.unwrap(winnerOn[parent]) == 0 || winnerOn[parent] == id) revert NotLost(id);
        Claim memory record = claims[id][endHash];
        if (record.claimer == address(0)) revert UnknownClaim(id, endHash);
        if (record.children == Children.Settled) revert AlreadyForfeited(id);
        record.children = Children.Settled;
        claims[id][endHash] = record;
        // The line ends here for good, and takes its bond along.
        Stake memory stake = stakes[record.claimer];
        stakes[record.claimer] =
            Stake({bond: stake.bond - uint128(lineBond), lines: stake.lines - 1});
        emit Forfeited(id, record.claimer, lineBond);
        (bool paid,) = to.call{value: lineBond}("");
        if (!paid) revert PaymentFailed(to);
    }

    /// @inheritdoc IBatchRegistry
    function withdrawBond() external {
        Stake memory stake = stakes[msg.sender];
        uint256 amount = stake.bond - lineBond * stake.lines;
        if (amount == 0) revert BondAtStake(stake.lines);
        stakes[msg.sender].bond -= uint128(amount);
        emit BondWithdrawn(msg.sender, amount);
        (bool paid,) = msg.sender.call{value: amount}("");
        if (!paid) revert PaymentFailed(msg.sender);
    }

    /// @inheritdoc IBatchRegistry
    function inbox() external view returns (address) {
        return ISystemConfig(systemConfig).inbox();
    }

    /// @inheritdoc IBatchRegistry
    function portal() external view returns (address) {
        return ISystemConfig(systemConfig).portal();
    }

    /// @inheritdoc IBatchRegistry
    function deploymentBlock() external view returns (uint64) {
        return ISystemConfig(systemConfig).deploymentBlock();
    }

    /// @inheritdoc IBatchRegistry
    function genesisId() external view returns (ClaimId) {
        return genesis;
    }

    /// @inheritdoc IAnchorStateRegistry
    function anchor() external view returns (ClaimId id, bytes32 endHash, uint64 batch) {
        return (anchorId, anchorEndHash, anchorBatch);
    }

    /// @inheritdoc IBatchRegistry
    function claimOf(ClaimId id, bytes32 endHash) external view returns (Claim memory) {
        return claims[id][endHash];
    }

    /// @inheritdoc IAnchorStateRegistry
    function confirmedAt(ClaimId id, bytes32 endHash) external view returns (uint64) {
        Claim memory record = claims[id][endHash];
        return record.confirmed ? record.time : 0;
    }

    /// @inheritdoc IBatchRegistry
    function earnedTime(ClaimId id, bytes32 endHash, ClaimId parent, bytes32 parentEndHash)
        external
        view
        returns (uint64)
    {
        Claim memory record = claims[id][endHash];
        if (record.claimer == address(0)) revert UnknownClaim(id, endHash);
        if (claims[parent][parentEndHash].claimer == address(0)) {
            revert UnknownParent(parent, parentEndHash);
        }
        if (record.confirmed) return window;
        ISuperchainConfig pauses = ISuperchainConfig(superchainConfig);
        uint64 until = claims[parent][parentEndHash].contestedAt;
        if (until == 0) return pauses.unpausedSince(record.time);
        if (until <= record.time) return 0;
        return
            until - record.time - (pauses.pausedBefore(until) - pauses.pausedBefore(record.time));
    }

    /// @inheritdoc IBatchRegistry
    function bondDue(address claimer, ClaimId parent, bytes32 parentEndHash)
        external
        view
        returns (uint256)
    {
        bool continues = continuesLine(claims[parent][parentEndHash], claimer);
        return continues ? 0 : bondFor(stakes[claimer]);
    }

    /// @inheritdoc IBatchRegistry
    function stakeOf(address claimer) external view returns (uint128 bond, uint64 lines) {
        Stake memory stake = stakes[claimer];
        return (stake.bond, stake.lines);
    }

    /// @dev Records on the parent that there is a claim on it. The new claim is a rival if it is
    /// not the first.
    function attach(ClaimId parent, uint64 batch, bytes32[32] calldata parentEnd)
        private
        returns (bool rival, bool continues)
    {
        bytes32 endHash = Hashing.words(parentEnd);
        Claim memory record = claims[parent][endHash];
        if (record.claimer == address(0)) revert UnknownParent(parent, endHash);
        uint256 parentBatch = uint256(parentEnd[Cursor.BATCH]);
        if (parentBatch + 1 != batch) revert ParentOfOtherBatch(parentBatch, batch);
        if (record.children == Children.Settled) revert ParentSettled(parent);
        rival = record.children != Children.None;
        continues = continuesLine(record, msg.sender);
        if (!rival) record.children = continues ? Children.Continued : Children.Open;
        else if (record.contestedAt == 0) record.contestedAt = uint40(block.timestamp);
        else return (rival, continues);
        claims[parent][endHash] = record;
    }

    /// @notice Seconds that the claim's proofs are worth.
    function creditOf(ClaimId id) private view returns (uint64 credit) {
        if (!hasLanes()) return 0;
        uint256 set = creditedLanes[id];
        for (uint256 i = 0; i < 2; ++i) {
            if (set >> i & 1 == 1) credit += lane(i).credit;
        }
    }

    function newClaim(address claimer) private view returns (Claim memory) {
        return Claim({
            claimer: claimer,
            time: uint40(block.timestamp),
            contestedAt: 0,
            confirmed: false,
            children: Children.None
        });
    }

    /// @dev Whether a claim of the claimer would be the first on a pending one of his own.
    function continuesLine(Claim memory parent, address claimer) private pure returns (bool) {
        return parent.claimer == claimer && !parent.confirmed && parent.children == Children.None;
    }

    /// @dev A line that goes on has its bond at stake, since its last claim is pending. What is
    /// sent beyond the bond is kept for the sender: that one of his claims was confirmed a moment
    /// before, which makes a bond free, must not make his claim fail.
    function takeBond(bool continues) private {
        if (continues) {
            if (msg.value != 0) revert WrongBond(msg.value, 0);
            return;
        }
        Stake memory stake = stakes[msg.sender];
        uint256 due = bondFor(stake);
        if (msg.value < due) revert WrongBond(msg.value, due);
        if (msg.value != 0) emit BondPaid(msg.sender, msg.value);
        stakes[msg.sender] = Stake({bond: stake.bond + uint128(msg.value), lines: stake.lines + 1});
    }

    /// @dev What a claimer's bond lacks for one more line.
    function bondFor(Stake memory stake) private view returns (uint256) {
        uint256 needed = lineBond * (uint256(stake.lines) + 1);
        return needed > stake.bond ? needed - stake.bond : 0;
    }
}
