// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInbox} from "./interfaces/IInbox.sol";
import {IPortal} from "./interfaces/IPortal.sol";
import {ISystemConfig} from "./interfaces/ISystemConfig.sol";
import {Caller} from "./libraries/Caller.sol";
import {Checkpoints} from "./libraries/Checkpoints.sol";
import {Hashing} from "./libraries/Hashing.sol";
import {IncrementalTree} from "./libraries/IncrementalTree.sol";
import {Message} from "./libraries/Message.sol";
import {ReentrancyLock} from "./libraries/ReentrancyLock.sol";
import {Token} from "./libraries/Token.sol";
import {Asset, DepositItem} from "./types/Asset.sol";

/// @title Inbox
/// @notice Appends messages, gives assets their indexes and counts what is bridged. The money
/// itself goes to the Portal. What tokens do during a deposit cannot come between the measured
/// balances of
/// another one: all deposits share a lock.
contract Inbox is IInbox, ReentrancyLock {
    using Checkpoints for Checkpoints.Ring;
    using IncrementalTree for bytes32[32];

    /// @dev One slot, read and written once a call.
    /// @param count messages
    /// @param checkpoints checkpoints made so far, also those no longer kept
    /// @param checkpointTime time of the last block with messages, in seconds
    /// @param assets assets registered
    /// @param etherIndex the asset index of ETH, 0 until it is registered
    struct Counters {
        uint64 count;
        uint64 checkpoints;
        uint64 checkpointTime;
        uint32 assets;
        uint32 etherIndex;
    }

    /// @dev The tree would hold one more; so a count always fits 32 bits.
    uint64 internal constant MAX_MESSAGES = type(uint32).max;
    uint256 internal constant MAX_BATCH_ITEMS = 200;
    uint64 internal constant MAX_HINT_DISTANCE = 64;
    uint64 internal constant MAX_BRIDGED_UNITS = (1 << 63) - 1;
    uint8 internal constant MAX_DECIMALS = 8;
    /// @dev The least asset capacity that SystemConfig admits, so that every asset listed here is
    /// listed on L2 too and no deposit is lost.
    uint256 internal constant MAX_ASSETS = 4096;
    /// @dev 2^64 units of 10^(52) parts still fit 256 bits.
    uint256 internal constant MAX_L1_DECIMALS = 60;
    address internal constant ETH = address(0);

    /// @inheritdoc IInbox
    address public immutable portal;
    /// @inheritdoc IInbox
    address public immutable systemConfig;
    /// @inheritdoc IInbox
    uint64 public immutable sequencingWindow;
    /// @dev Origin of the checkpoints' times.
    uint64 internal immutable origin;

    mapping(address token => uint32) private tokenIndex;
    mapping(uint32 index => Asset) private assets;
    Counters private counters;
    bytes32[32] private frontier;
    Checkpoints.Ring private ring;

    /// @param systemConfig_ deployed already
    /// @param portal_ may be an address at which nothing is deployed yet
    constructor(address systemConfig_, address portal_) {
        systemConfig = systemConfig_;
        portal = portal_;
        sequencingWindow = ISystemConfig(systemConfig_).sequencingWindow();
        origin = uint64(block.timestamp);
    }

    /// @inheritdoc IInbox
    function depositETH(address recipient, uint32 account) external payable nonReentrant {
        Counters memory c = counters;
        uint32 index = registered(c, ETH);
        Asset memory a = assets[index];
        appendDeposit(c, a, index, DepositItem(msg.value, recipient, account));
        assets[index] = a;
        commit(c);
        IPortal(portal).takeETH{value: msg.value}();
    }

    /// @inheritdoc IInbox
    function depositERC20(address token, uint256 amount, address recipient, uint32 account)
        external
        nonReentrant
    {
        take(token, amount);
        Counters memory c = counters;
        uint32 index = registered(c, token);
        Asset memory a = assets[index];
        appendDeposit(c, a, index, DepositItem(amount, recipient, account));
        assets[index] = a;
        commit(c);
    }

    /// @inheritdoc IInbox
    function depositBatch(address token, DepositItem[] calldata items)
        external
        payable
        nonReentrant
    {
        if (items.length == 0 || items.length > MAX_BATCH_ITEMS) {
            revert BatchSizeOutOfRange(items.length);
        }
        uint256 sum = 0;
        for (uint256 i = 0; i < items.length; ++i) {
            sum += items[i].amount;
        }
        uint256 expected = token == ETH ? sum : 0;
        if (msg.value != expected) revert WrongValue(msg.value, expected);
        if (token != ETH) take(token, sum);

        Counters memory c = counters;
        uint32 index = registered(c, token);
        Asset memory a = assets[index];
        for (uint256 i = 0; i < items.length; ++i) {
            appendDeposit(c, a, index, items[i]);
        }
        assets[index] = a;
        commit(c);
        if (token == ETH) IPortal(portal).takeETH{value: sum}();
    }

    /// @inheritdoc IInbox
    function forcedWithdraw(uint32 account, uint32 assetId, uint64 amount, address recipient)
        external
    {
        bytes memory body = Message.forcedWithdraw(account, assetId, amount, recipient);
        appendOne(Message.FORCED_WITHDRAW, Caller.senderOf(msg.sender), body);
    }

    /// @inheritdoc IInbox
    function forcedCancelAll(uint32 account, uint32 market) external {
        bytes memory body = Message.forcedOnMarket(account, market);
        appendOne(Message.FORCED_CANCEL_ALL, Caller.senderOf(msg.sender), body);
    }

    /// @inheritdoc IInbox
    function forcedClose(uint32 account, uint32 market) external {
        bytes memory body = Message.forcedOnMarket(account, market);
        appendOne(Message.FORCED_CLOSE, Caller.senderOf(msg.sender), body);
    }

    /// @inheritdoc IInbox
    function forcedMarginWithdraw(uint32 account, uint64 amount) external {
        bytes memory body = Message.forcedMarginWithdraw(account, amount);
        appendOne(Message.FORCED_MARGIN_WITHDRAW, Caller.senderOf(msg.sender), body);
    }

    /// @inheritdoc IInbox
    function listAsset(address token) external {
        if (msg.sender != systemConfig) revert NotSystemConfig(msg.sender);
        Counters memory c = counters;
        if (indexOf(c, token) != 0) revert AlreadyListed(token);
        list(c, token);
        commit(c);
    }

    /// @inheritdoc IInbox
    function addAdminMessage(uint8 kind, bytes calldata body) external {
        if (msg.sender != systemConfig) revert NotSystemConfig(msg.sender);
        appendOne(kind, msg.sender, body);
    }

    /// @inheritdoc IInbox
    function release(uint32 assetId, uint64 units)
        external
        returns (address token, uint256 parts)
    {
        if (msg.sender != portal) {
            revert NotPortal(msg.sender);
        }
        Asset memory a = assets[assetId];
        if (assetId == 0 || assetId > counters.assets) revert UnknownAsset(assetId);
        if (units > a.bridgedUnits) {
            revert WithdrawnMoreThanBridged(assetId, units, a.bridgedUnits);
        }
        assets[assetId].bridgedUnits = a.bridgedUnits - units;
        return (a.token, uint256(units) * unitParts(a));
    }

    /// @inheritdoc IInbox
    function messageCount() external view returns (uint64) {
        return counters.count;
    }

    /// @inheritdoc IInbox
    function treeRoot() public view returns (bytes32) {
        return frontier.root(counters.count);
    }

    /// @inheritdoc IInbox
    function inboxRoot() public view returns (bytes32) {
        return Hashing.pair(bytes32(uint256(counters.count)), treeRoot());
    }

    /// @inheritdoc IInbox
    function assetCount() external view returns (uint32) {
        return counters.assets;
    }

    /// @inheritdoc IInbox
    function assetIndex(address token) external view returns (uint32) {
        return indexOf(counters, token);
    }

    /// @inheritdoc IInbox
    function asset(uint32 index) external view returns (Asset memory) {
        return assets[index];
    }

    /// @inheritdoc IInbox
    function checkpointCount() external view returns (uint64) {
        return counters.checkpoints;
    }

    /// @inheritdoc IInbox
    function checkpoint(uint64 number) external view returns (uint64 timeMs, uint64 count) {
        uint64 total = counters.checkpoints;
        if (number == 0 || number > total || !isKept(number, total)) {
            revert CheckpointNotKept(number);
        }
        (uint32 time, uint32 count32) = ring.get(number);
        return ((origin + time) * 1000, count32);
    }

    /// @inheritdoc IInbox
    function overdueCheckpoint() external view returns (uint64 number) {
        uint64 total = counters.checkpoints;
        uint64 low = total > Checkpoints.CAPACITY ? total - Checkpoints.CAPACITY : 0;
        uint64 high = total;
        while (low < high) {
            uint64 middle = (low + high + 1) / 2;
            (uint32 time,) = ring.get(middle);
            if (isOverdue(time)) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    /// @inheritdoc IInbox
    function snapshot(uint64 hint) external view returns (bytes32 root, uint64 overdueCount) {
        uint64 total = counters.checkpoints;
        if (hint > total || !isKept(hint, total)) revert CheckpointNotKept(hint);
        if (hint != 0) {
            (uint32 time, uint32 count) = ring.get(hint);
            if (!isOverdue(time)) revert CheckpointNotOverdue(hint);
            overdueCount = count;
        }
        for (uint64 next = hint + 1; next <= total; ++next) {
            (uint32 time, uint32 count) = ring.get(next);
            if (!isOverdue(time)) break;
            if (next - hint > MAX_HINT_DISTANCE) revert CheckpointTooOld(hint);
            overdueCount = count;
        }
        return (inboxRoot(), overdueCount);
    }

    /// @dev Moves `amount` of `token` from the caller to the Portal and measures that it arrived.
    function take(address token, uint256 amount) private {
        address portal_ = portal;
        (bool known, uint256 before) = Token.balanceOf(token, portal_);
        if (!known || !Token.transferFrom(token, msg.sender, portal_, amount)) {
            revert InvalidToken(token);
        }
        (, uint256 afterwards) = Token.balanceOf(token, portal_);
        // A balance that shrank wraps around to a number that nobody can deposit.
        unchecked {
            if (afterwards - before != amount) {
                revert ReceivedOtherAmount(token, afterwards - before, amount);
            }
        }
    }

    /// @dev Index of `token`, which must be listed, but for ether and for what the owner deposits:
    /// places are few, so that a stranger must not take them.
    function registered(Counters memory c, address token) private returns (uint32 index) {
        index = indexOf(c, token);
        if (index != 0) return index;
        if (token != ETH && msg.sender != ISystemConfig(systemConfig).owner()) {
            revert NotListed(token);
        }
        return list(c, token);
    }

    /// @dev Gives a new token the next index, and appends the message that says so.
    function list(Counters memory c, address token) private returns (uint32 index) {
        uint8 l1Decimals = 18;
        bytes16 symbol = "ETH";
        if (token != ETH) {
            (bool ok, uint256 value) = Token.decimals(token);
            if (!ok || value > MAX_L1_DECIMALS) revert InvalidToken(token);
            l1Decimals = uint8(value);
            symbol = Token.symbol(token);
        }
        // One place is ether's, whoever else comes first.
        uint256 free = MAX_ASSETS - (token != ETH && c.etherIndex == 0 ? 1 : 0);
        if (c.assets >= free) revert AssetTableFull();
        uint8 decimals = l1Decimals < MAX_DECIMALS ? l1Decimals : MAX_DECIMALS;
        index = ++c.assets;
        if (token == ETH) c.etherIndex = index;
        else tokenIndex[token] = index;
        assets[index] = Asset(token, l1Decimals, decimals, 0);
        bytes memory body = Message.registerAsset(index, token, l1Decimals, decimals, symbol);
        append(c, Message.REGISTER_ASSET, address(this), body);
    }

    function indexOf(Counters memory c, address token) private view returns (uint32) {
        return token == ETH ? c.etherIndex : tokenIndex[token];
    }

    /// @dev Adds the deposit to what is bridged of the asset, in memory, and appends its message.
    function appendDeposit(
        Counters memory c,
        Asset memory a,
        uint32 index,
        DepositItem memory item
    ) private {
        if (item.recipient == address(0)) revert ZeroRecipient();
        if (item.recipient == msg.sender && !Caller.hasKey(msg.sender)) {
            revert RecipientHasNoKey(msg.sender, Caller.aliasOf(msg.sender));
        }
        uint256 parts = unitParts(a);
        uint256 units = item.amount / parts;
        if (units == 0 || units * parts != item.amount) revert NotWholeUnits(item.amount, parts);
        if (units > MAX_BRIDGED_UNITS - a.bridgedUnits) revert BridgedTotalExceeded(index);
        a.bridgedUnits += uint64(units);
        bytes memory body = Message.deposit(index, uint64(units), item.recipient, item.account);
        append(c, Message.DEPOSIT, Caller.senderOf(msg.sender), body);
    }

    function appendOne(uint8 kind, address sender, bytes memory body) private {
        Counters memory c = counters;
        append(c, kind, sender, body);
        commit(c);
    }

    function append(Counters memory c, uint8 kind, address sender, bytes memory body) private {
        if (c.count == MAX_MESSAGES) revert InboxFull();
        bytes memory message = Message.encode(kind, c.count + 1, sender, body);
        frontier.append(c.count, keccak256(message));
        ++c.count;
        emit MessageAdded(c.count, message);
    }

    /// @dev Records the count for the current block. Where the ring is full and its second oldest
    /// checkpoint is not overdue, the oldest may still be wanted: then the newest one takes the
    /// new messages, which so count as a little older than they are.
    function commit(Counters memory c) private {
        uint32 count = uint32(c.count);
        if (c.checkpointTime != block.timestamp && hasRoom(c.checkpoints)) {
            c.checkpointTime = uint64(block.timestamp);
            ++c.checkpoints;
        }
        ring.set(c.checkpoints, uint32(c.checkpointTime - origin), count);
        counters = c;
    }

    function hasRoom(uint64 total) private view returns (bool) {
        if (total < Checkpoints.CAPACITY) return true;
        (uint32 time,) = ring.get(total - Checkpoints.CAPACITY + 2);
        return isOverdue(time);
    }

    /// @dev Number 0 stands before the first checkpoint and is kept until one is overwritten.
    function isKept(uint64 number, uint64 total) private pure returns (bool) {
        return
            number + Checkpoints.CAPACITY > total || (number == 0 && total <= Checkpoints.CAPACITY);
    }

    function isOverdue(uint32 time) private view returns (bool) {
        return block.timestamp > uint256(origin) + time + sequencingWindow;
    }

    function unitParts(Asset memory a) private pure returns (uint256) {
        return 10 ** uint256(a.l1Decimals - a.decimals);
    }
}
