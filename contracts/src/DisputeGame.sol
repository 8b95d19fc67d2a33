// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {GameMoney} from "./game/GameMoney.sol";
import {GameState} from "./game/GameState.sol";
import {IBatchRegistry} from "./interfaces/IBatchRegistry.sol";
import {IDisputeGame} from "./interfaces/IDisputeGame.sol";
import {IDisputeGameFactory} from "./interfaces/IDisputeGameFactory.sol";
import {IStepVerifier} from "./interfaces/IStepVerifier.sol";
import {EarnedTime} from "./libraries/EarnedTime.sol";
import {ListTree} from "./libraries/ListTree.sol";
import {ClaimId} from "./types/ClaimId.sol";
import {ClaimRecord, toClaimRecord} from "./types/ClaimRecord.sol";
import {
    ClaimKey,
    DisputeKey,
    Interval,
    Lane,
    Preimage,
    Raise,
    Seal,
    Side,
    Stakes
} from "./types/Dispute.sol";

/// @title DisputeGame
/// @notice The contest between the claims on one parent. Each call adds what its caller has proved
/// and depends on nobody else's; nothing is ever taken back, so a move that was right stays right.
/// A claim's time is computed when `raise` names it, and (dispute, end) keeps the largest. Of a
/// call with two parts the first may have been done already: who copies that from the mempool does
/// not keep the second from being done.
contract DisputeGame is GameMoney {
    /// @dev Where `failed` is not known: no run ends with it, unless that comes with the input.
    bytes32 private constant NO_INPUT = keccak256("gavel: a run whose input was not given");
    uint256 private constant STATE_WORDS = 8;
    uint256 private constant CURSOR_WORDS = 32;
    uint256 private constant STATE_INPUT_WORD = 1;
    uint256 private constant CURSOR_STATUS_WORD = 22;
    uint256 private constant STATUS_SKIP = 1;

    /// @param factory_ may be an address at which nothing is deployed yet
    constructor(
        address registry_,
        address superchainConfig_,
        address factory_,
        address stepVerifier_,
        uint64 window_,
        Lane[2] memory lanes,
        Stakes memory stakes_
    )
        GameState(registry_, superchainConfig_, factory_, stepVerifier_, lanes, window_)
        GameMoney(stakes_)
    {}

    /// @inheritdoc IDisputeGame
    function claim(DisputeKey calldata dispute, bytes32[64] calldata list, bytes32[] calldata run)
        external
        payable
        whileOpen
        returns (bytes32 claimId)
    {
        bytes32 id = openId(dispute);
        uint256 due;
        (claimId, due) = post(dispute, id, list, ListTree.build(list), run, true, clock());
        takeBond(due);
    }

    /// @inheritdoc IDisputeGame
    function claimAndSeal(
        DisputeKey calldata dispute,
        bytes32[64] calldata list,
        bytes32[] calldata run,
        Side calldata rival,
        uint256 index
    ) external payable whileOpen returns (bytes32 claimId) {
        if (index >= ListTree.SIZE) revert IndexOutOfRange(index);
        bytes32 id = idOf(dispute); // open, if the rival is in it
        bytes32[128] memory tree = ListTree.build(list);
        ListTree.check(rival.entry, index, rival.listRoot);
        ListTree.checkFirstDifference(tree, rival.entry, index);
        uint256 time = clock();
        uint256 due;
        (claimId, due) = post(dispute, id, list, tree, run, false, time);
        bytes32 before = index == 0 ? bytes32(0) : list[index - 1];
        bytes32 rivalId = claimIdOf(id, rival.listRoot, rival.end);
        DisputeKey memory child = childOf(dispute, id, index, before);
        due += sealClaims(child, claimId, rivalId, index, true, time);
        takeBond(due);
    }

    /// @inheritdoc IDisputeGame
    function seal(Seal calldata pair) external payable whileOpen returns (bytes32 child) {
        uint256 due;
        (, child, due) = sealPair(pair, true, clock());
        takeBond(due);
    }

    /// @inheritdoc IDisputeGame
    function sealAndClaim(Seal calldata pair, bytes32[64] calldata list, bytes32[] calldata run)
        external
        payable
        whileOpen
        returns (bytes32 claimId)
    {
        uint256 time = clock();
        (DisputeKey memory key, bytes32 child, uint256 openDue) = sealPair(pair, false, time);
        uint256 due;
        (claimId, due) = post(key, child, list, ListTree.build(list), run, true, time);
        takeBond(due + openDue);
    }

    /// @inheritdoc IDisputeGame
    function sealAndStep(
        Seal calldata pair,
        bytes32[8] calldata state,
        bytes32[] calldata code,
        bytes32[] calldata data,
        Preimage[] calldata shown
    ) external payable whileOpen {
        (DisputeKey memory key, bytes32 child, uint256 due) = sealPair(pair, false, clock());
        show(shown);
        proveStep(key, child, state, code, data);
        takeBond(due);
    }

    /// @inheritdoc IDisputeGame
    function step(
        DisputeKey calldata dispute,
        bytes32[8] calldata state,
        bytes32[] calldata code,
        bytes32[] calldata data,
        Preimage[] calldata shown
    ) external whileOpen {
        show(shown);
        proveStep(dispute, openId(dispute), state, code, data);
    }

    /// @inheritdoc IDisputeGame
    function prove(
        DisputeKey calldata dispute,
        bytes32 end,
        uint256 laneNumber,
        address recipient,
        bytes calldata proof
    ) external whileOpen {
        bytes32 id = openId(dispute);
        if (dispute.level > LAST_LIST_LEVEL) revert WrongLevel(dispute.level);
        if (recipient == address(0)) revert ProofRejected(laneNumber);
        if (proverOf[id][end][laneNumber] != address(0)) {
            revert AlreadyCredited(id, end, laneNumber);
        }
        uint256 length = intervalLength(dispute.level);
        bytes32 image = theContest().image;
        checkProof(laneNumber, image, dispute.start, end, length, recipient, proof);
        proverOf[id][end][laneNumber] = recipient;
        emit Credited(id, end, laneNumber, recipient);
    }

    /// @inheritdoc IDisputeGame
    function raise(Raise[] calldata raises) external whileOpen {
        raiseAll(raises);
    }

    /// @inheritdoc IDisputeGame
    function resolve(bytes32 end, Raise[] calldata raises) external whileOpen {
        raiseAll(raises);
        uint256 time = earnedTime(end);
        if (time < window) revert TimeNotEarned(time, window);
        winnerEnd = end;
        pairs[rootId()][end] = pairs[rootId()][end] & BEST_MASK | RESOLVED | uint160(msg.sender);
        Contest memory c = theContest();
        ClaimId id = batchClaim(end);
        emit Resolved(id, end, uint64(time), msg.sender);
        IDisputeGameFactory(factory).decide(c.parent, c.parentEndHash, id);
    }

    /// @dev Records a claim; `mustBeNew` refuses one that is there already.
    function post(
        DisputeKey memory key,
        bytes32 id,
        bytes32[64] calldata list,
        bytes32[128] memory tree,
        bytes32[] calldata run,
        bool mustBeNew,
        uint256 time
    ) private returns (bytes32 claimId, uint256 due) {
        if (key.level > LAST_LIST_LEVEL) revert WrongLevel(key.level);
        bytes32 end = endOf(key.level, list[63], run);
        claimId = claimIdOf(id, tree[1], end);
        if (claims[claimId].poster() != address(0)) {
            if (mustBeNew) revert ClaimExists(claimId);
            return (claimId, 0);
        }
        due = enter(id, key.level == 0, claimId, end, time);
        emitClaimed(id, claimId, end, time, tree[1], list);
    }

    function enter(bytes32 id, bool inRoot, bytes32 claimId, bytes32 end, uint256 time)
        private
        returns (uint256 due)
    {
        bool first = inRoot && pairs[id][end] == 0;
        if (first) pairs[id][end] = uint256(claimId) & BEST_MASK;
        claims[claimId] = toClaimRecord(msg.sender, first, time);
        due = bondFor(first);
    }

    function emitClaimed(
        bytes32 id,
        bytes32 claimId,
        bytes32 end,
        uint256 time,
        bytes32 listRoot,
        bytes32[64] calldata list
    ) private {
        emit Claimed(id, claimId, end, msg.sender, time, listRoot, list);
    }

    /// @dev The end that a list with this last value supports.
    function endOf(uint256 level, bytes32 last, bytes32[] calldata run)
        private
        view
        returns (bytes32)
    {
        if (level == RUN_LEVEL) return endOfRun(last, run);
        if (run.length != 0) revert WrongRunLength(run.length);
        if (level == 0) {
            IBatchRegistry claimed = IBatchRegistry(registry);
            if (claimed.claimOf(batchClaim(last), last).claimer == address(0)) {
                revert UnknownEnd(last);
            }
        }
        return last;
    }

    function endOfRun(bytes32 last, bytes32[] calldata run) private view returns (bytes32 cursor) {
        if (run.length != STATE_WORDS && run.length != STATE_WORDS + CURSOR_WORDS) {
            revert WrongRunLength(run.length);
        }
        bytes32[8] memory state;
        for (uint256 i = 0; i < STATE_WORDS; ++i) {
            state[i] = run[i];
        }
        bool withInput = run.length != STATE_WORDS;
        bytes32 failed = withInput ? failedOf(run, state[STATE_INPUT_WORD]) : NO_INPUT;
        bytes32 hash;
        (hash, cursor) = IStepVerifier(stepVerifier).supported(state, failed);
        if (hash != last) revert WrongLastState(hash, last);
        if (cursor == NO_INPUT) revert WrongRunLength(run.length);
    }

    /// @dev Hash of the cursor behind the eight words of the state, with status SKIP.
    function failedOf(bytes32[] calldata run, bytes32 input) private pure returns (bytes32 hash) {
        bytes32[32] memory cursor;
        for (uint256 i = 0; i < CURSOR_WORDS; ++i) {
            cursor[i] = run[STATE_WORDS + i];
        }
        assembly ("memory-safe") {
            hash := keccak256(cursor, 0x400)
        }
        if (hash != input) revert WrongInput(hash, input);
        cursor[CURSOR_STATUS_WORD] = bytes32(STATUS_SKIP);
        assembly ("memory-safe") {
            hash := keccak256(cursor, 0x400)
        }
    }

    function sealPair(Seal calldata pair, bool mustBeNew, uint256 time)
        private
        returns (DisputeKey memory key, bytes32 child, uint256 due)
    {
        uint256 index = pair.index;
        if (index >= ListTree.SIZE) revert IndexOutOfRange(index);
        bytes32 id = idOf(pair.dispute); // open, if it has claims
        ListTree.check(pair.x.entry, index, pair.x.listRoot);
        ListTree.check(pair.y.entry, index, pair.y.listRoot);
        ListTree.checkFirstDifference(pair.x.entry, pair.y.entry, index);
        bytes32 before = ListTree.before(pair.before, pair.x.entry, index, pair.x.listRoot);
        bytes32 x = claimIdOf(id, pair.x.listRoot, pair.x.end);
        bytes32 y = claimIdOf(id, pair.y.listRoot, pair.y.end);
        key = childOf(pair.dispute, id, index, before);
        child = idOf(key);
        due = sealClaims(key, x, y, index, mustBeNew, time);
    }

    /// @dev Marks both claims at the index; `mustBeNew` refuses a pair that is sealed already.
    function sealClaims(
        DisputeKey memory child,
        bytes32 x,
        bytes32 y,
        uint256 index,
        bool mustBeNew,
        uint256 time
    ) private returns (uint256 due) {
        if ((claims[x].marked() & claims[y].marked()) >> index & 1 == 1) {
            if (mustBeNew) revert AlreadySealed(index);
            return 0;
        }
        mark(x, index);
        mark(y, index);
        due = openAndTell(child, x, y, index, time);
    }

    function mark(bytes32 claimId, uint256 index) private {
        ClaimRecord record = claims[claimId];
        if (record.poster() == address(0)) revert UnknownClaim(claimId);
        claims[claimId] = record.withMark(index);
    }

    /// @dev Opens the dispute of two sealed claims if it is not open; `due` is the bond for that.
    function openAndTell(DisputeKey memory key, bytes32 x, bytes32 y, uint256 index, uint256 time)
        private
        returns (uint256 due)
    {
        bytes32 id = idOf(key);
        if (disputes[id].opener == address(0)) {
            due = openBond;
            disputes[id] = Dispute({opener: msg.sender, opened: uint40(time), settled: false});
            emit Opened(id, key.level, key.start, key.position, key.parent, msg.sender, time);
        }
        emit Sealed(key.parent, x, y, index, id);
    }

    function proveStep(
        DisputeKey memory key,
        bytes32 id,
        bytes32[8] calldata state,
        bytes32[] calldata code,
        bytes32[] calldata data
    ) private {
        if (key.level != STEP_LEVEL) revert WrongLevel(key.level);
        bytes32 hash = keccak256(abi.encode(state));
        if (hash != key.start) revert WrongState(hash, key.start);
        bytes32 next = IStepVerifier(stepVerifier).step(state, code, data);
        if (pairs[id][next] != 0) revert AlreadyStepped(id);
        pairs[id][next] = STEPPED | uint160(msg.sender);
        emit Stepped(id, next, msg.sender);
    }

    function raiseAll(Raise[] calldata raises) private {
        uint256 time = clock();
        for (uint256 i = 0; i < raises.length; ++i) {
            raiseOne(raises[i], time);
        }
    }

    function raiseOne(Raise calldata item, uint256 time) private {
        bytes32 id = idOf(item.claim.dispute);
        bytes32 end = item.claim.end;
        bytes32 claimId = claimIdOf(id, item.claim.listRoot, end);
        ClaimRecord record = claims[claimId];
        if (record.poster() == address(0)) revert UnknownClaim(claimId);
        uint256 times = timesOf(item, id, record, time);
        emit Raised(id, end, claimId, EarnedTime.unpack(times));
        uint256 word = pairs[id][end];
        bool better = EarnedTime.entry(times, 0) > EarnedTime.entry(word, 0);
        uint256 best = better ? uint256(claimId) & BEST_MASK : word & BEST_MASK;
        pairs[id][end] = EarnedTime.largest(times, word) | best;
    }

    /// @dev The least over the claim's intervals: its age, or from when it is marked what it had
    /// when the child was opened and what supports its value there.
    function timesOf(Raise calldata item, bytes32 id, ClaimRecord record, uint256 time)
        private
        view
        returns (uint256 times)
    {
        uint64 marked = record.marked();
        uint256 posted = record.posted();
        times = EarnedTime.ALL_INFINITE;
        if (marked != type(uint64).max) times = EarnedTime.all(time - posted);
        uint256 given = 0;
        for (uint256 left = marked; left != 0; left &= left - 1) {
            if (given == item.marked.length) revert WrongMarkedCount(given, given + 1);
            Interval calldata interval = item.marked[given++];
            uint256 through = timesThrough(item.claim, id, ListTree.lowest(left), interval, posted);
            times = EarnedTime.least(times, through);
        }
        if (given != item.marked.length) revert WrongMarkedCount(item.marked.length, given);
    }

    function timesThrough(
        ClaimKey calldata key,
        bytes32 id,
        uint256 index,
        Interval calldata interval,
        uint256 posted
    ) private view returns (uint256) {
        ListTree.check(interval.right, index, key.listRoot);
        bytes32 before = ListTree.before(interval.left, interval.right, index, key.listRoot);
        bytes32 child = idOf(childOf(key.dispute, id, index, before));
        uint256 opened = disputes[child].opened;
        uint256 alone = opened > posted ? opened - posted : 0;
        return EarnedTime.plus(support(child, interval.right.value), alone);
    }
}
