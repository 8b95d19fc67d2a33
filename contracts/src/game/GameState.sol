// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchRegistry} from "../interfaces/IBatchRegistry.sol";
import {IDisputeGame} from "../interfaces/IDisputeGame.sol";
import {IPreimageOracle} from "../interfaces/IPreimageOracle.sol";
import {IStepVerifier} from "../interfaces/IStepVerifier.sol";
import {ISuperchainConfig} from "../interfaces/ISuperchainConfig.sol";
import {Clone} from "../libraries/Clone.sol";
import {EarnedTime} from "../libraries/EarnedTime.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {ClaimId, toClaimId} from "../types/ClaimId.sol";
import {ClaimRecord} from "../types/ClaimRecord.sol";
import {DisputeKey, Lane, Preimage} from "../types/Dispute.sol";

/// @title GameState
/// @notice What a game keeps and how it is read. Everything is found by content: a dispute by what
/// it is about and the dispute it was opened in, a claim by its dispute, list and end. A child is
/// therefore never older than its parent, on which the bound on wrong claims' time rests.
abstract contract GameState is IDisputeGame, Lanes {
    /// @param opener who opened it; zero: not open
    /// @param settled the opener's bond is due to him again
    struct Dispute {
        address opener;
        uint40 opened;
        bool settled;
    }

    /// @param fixedAt block time at which the batch was fixed, the clock's zero
    struct Contest {
        ClaimId parent;
        bytes32 parentEndHash;
        bytes32 firstHash;
        bytes32 image;
        uint64 batch;
        uint64 fixedAt;
    }

    uint256 internal constant UNIT_LEVEL = 3;
    uint256 internal constant RUN_LEVEL = 4;
    uint256 internal constant LAST_LIST_LEVEL = 7;
    uint256 internal constant STEP_LEVEL = 8;

    /// @dev In a word of `pairs`: the pair is settled ...
    uint256 internal constant SETTLED = 1 << 160;
    /// @dev ... it is a proven step, of which the low 160 bits are the prover ...
    uint256 internal constant STEPPED = 1 << 161;
    /// @dev ... it is the winner's, and the low 160 bits are who brought the decision ...
    uint256 internal constant RESOLVED = 1 << 162;
    /// @dev ... and the first 11 bytes of the best claim's id.
    uint256 internal constant BEST_MASK = ~uint256(2 ** 168 - 1);

    /// @inheritdoc IDisputeGame
    address public immutable registry;
    /// @inheritdoc IDisputeGame
    address public immutable superchainConfig;
    /// @inheritdoc IDisputeGame
    address public immutable factory;
    /// @inheritdoc IDisputeGame
    address public immutable stepVerifier;
    /// @dev Seconds that a batch claim must earn.
    uint64 internal immutable window;

    mapping(bytes32 disputeId => Dispute) internal disputes;
    mapping(bytes32 claimId => ClaimRecord) internal claims;
    /// @dev Earned times (bits 0 .. 159), SETTLED, best claim; or a proven step.
    mapping(bytes32 disputeId => mapping(bytes32 end => uint256)) internal pairs;
    /// @inheritdoc IDisputeGame
    mapping(bytes32 disputeId => mapping(bytes32 end => mapping(uint256 lane => address))) public
        proverOf;
    /// @dev End of the batch claim that was decided for, which is a hash; zero: none yet.
    bytes32 internal winnerEnd;

    modifier whileOpen() {
        if (winnerEnd != 0) revert AlreadyResolved(winner());
        _;
    }

    constructor(
        address registry_,
        address superchainConfig_,
        address factory_,
        address stepVerifier_,
        Lane[2] memory lanes,
        uint64 window_
    ) Lanes(lanes, window_) {
        window = window_;
        registry = registry_;
        superchainConfig = superchainConfig_;
        factory = factory_;
        stepVerifier = stepVerifier_;
    }

    /// @inheritdoc IDisputeGame
    function contest() external view returns (ClaimId, bytes32, bytes32, bytes32, uint64, uint64) {
        Contest memory c = theContest();
        return (c.parent, c.parentEndHash, c.firstHash, c.image, c.batch, c.fixedAt);
    }

    /// @inheritdoc IDisputeGame
    function clock() public view returns (uint256) {
        return ISuperchainConfig(superchainConfig).unpausedSince(theContest().fixedAt);
    }

    /// @inheritdoc IDisputeGame
    function winner() public view returns (ClaimId) {
        return winnerEnd != 0 ? batchClaim(winnerEnd) : ClaimId.wrap(0);
    }

    /// @inheritdoc IDisputeGame
    function disputeOf(bytes32 disputeId) external view returns (address, uint256) {
        Dispute memory dispute = disputes[disputeId];
        return (dispute.opener, dispute.opened);
    }

    /// @inheritdoc IDisputeGame
    function claimOf(bytes32 claimId) external view returns (address, uint256, uint64) {
        ClaimRecord record = claims[claimId];
        return (record.poster(), record.posted(), record.marked());
    }

    /// @inheritdoc IDisputeGame
    function supportOf(bytes32 disputeId, bytes32 end)
        external
        view
        returns (uint40[4] memory, bytes11)
    {
        uint256 word = pairs[disputeId][end];
        return (EarnedTime.unpack(timesOf(word)), bytes11(bytes32(word)));
    }

    /// @inheritdoc IDisputeGame
    function stepperOf(bytes32 disputeId, bytes32 next) public view returns (address) {
        uint256 word = pairs[disputeId][next];
        return word & STEPPED != 0 ? address(uint160(word)) : address(0);
    }

    /// @inheritdoc IDisputeGame
    function earnedTime(bytes32 end) public view returns (uint256 time) {
        Contest memory c = theContest();
        ClaimId id = toClaimId(c.parent, c.batch, c.firstHash, end);
        IBatchRegistry claimed = IBatchRegistry(registry);
        time = claimed.earnedTime(id, end, c.parent, c.parentEndHash);
        uint256 own = hasLanes() ? claimed.creditedLanes(id) : 0;
        uint256 times = support(rootId(), end);
        if (own != 0) times = EarnedTime.withCredits(times, own, credits());
        time = EarnedTime.sum(time, EarnedTime.entry(times, 0));
    }

    function theContest() internal view returns (Contest memory c) {
        bytes32[5] memory data = Clone.dataHere();
        c.parent = ClaimId.wrap(data[0]);
        (c.parentEndHash, c.firstHash, c.image) = (data[1], data[2], data[3]);
        (c.batch, c.fixedAt) = (uint64(uint256(data[4]) >> 64), uint64(uint256(data[4])));
    }

    /// @notice Id of the claim in the registry that ends with `end`.
    function batchClaim(bytes32 end) internal view returns (ClaimId) {
        Contest memory c = theContest();
        return toClaimId(c.parent, c.batch, c.firstHash, end);
    }

    function idOf(DisputeKey memory key) internal pure returns (bytes32 id) {
        assembly ("memory-safe") {
            id := keccak256(key, 0x80)
        }
    }

    function claimIdOf(bytes32 disputeId, bytes32 listRoot, bytes32 end)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(disputeId, listRoot, end));
    }

    function rootId() internal view returns (bytes32) {
        return idOf(DisputeKey(0, theContest().firstHash, 0, 0));
    }

    /// @notice Id of a dispute, which must be open.
    function openId(DisputeKey memory key) internal view returns (bytes32 id) {
        id = idOf(key);
        if (disputes[id].opener == address(0) && id != rootId()) revert NotOpen(id);
    }

    /// @notice The dispute of interval `index` of claims in `key`.
    /// @param before their value `index` - 1
    function childOf(DisputeKey memory key, bytes32 id, uint256 index, bytes32 before)
        internal
        view
        returns (DisputeKey memory child)
    {
        child.level = key.level + 1;
        child.parent = id;
        child.start = index == 0 ? key.start : before;
        if (key.level == UNIT_LEVEL) {
            child.start = IStepVerifier(stepVerifier).firstState(theContest().image, child.start);
        } else {
            child.position = key.position + index * (intervalLength(key.level) >> 6);
        }
    }

    /// @notice Lets the judge read these preimages until the transaction ends.
    function show(Preimage[] calldata shown) internal {
        if (shown.length == 0) return;
        IPreimageOracle oracle = IStepVerifier(stepVerifier).oracle();
        for (uint256 i = 0; i < shown.length; ++i) {
            oracle.show(shown[i].data, shown[i].offset);
        }
    }

    /// @notice Units, or from level 4 on steps, of a dispute.
    function intervalLength(uint256 level) internal pure returns (uint256) {
        return 1 << 6 * (level < RUN_LEVEL ? RUN_LEVEL - level : STEP_LEVEL - level);
    }

    /// @notice Best earned times and credits of (dispute, end).
    function support(bytes32 disputeId, bytes32 end) internal view returns (uint256 times) {
        times = timesOf(pairs[disputeId][end]);
        if (!hasLanes()) return times;
        uint256 credited = creditedLanes(disputeId, end);
        if (credited != 0) times = EarnedTime.withCredits(times, credited, credits());
    }

    /// @dev Of a word of `pairs`; a proven step and what was decided for are infinite.
    function timesOf(uint256 word) private pure returns (uint256) {
        if (word & (STEPPED | RESOLVED) != 0) return EarnedTime.ALL_INFINITE;
        return word & EarnedTime.ALL_INFINITE;
    }

    /// @notice Bit l: lane l credited it.
    function creditedLanes(bytes32 disputeId, bytes32 end) internal view returns (uint256 set) {
        if (proverOf[disputeId][end][0] != address(0)) set = 1;
        if (proverOf[disputeId][end][1] != address(0)) set |= 2;
    }
}
