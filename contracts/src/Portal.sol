// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAnchorStateRegistry} from "./interfaces/IAnchorStateRegistry.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {IPortal} from "./interfaces/IPortal.sol";
import {ISuperchainConfig} from "./interfaces/ISuperchainConfig.sol";
import {Cursor} from "./libraries/Cursor.sol";
import {Hashing} from "./libraries/Hashing.sol";
import {IncrementalTree} from "./libraries/IncrementalTree.sol";
import {ReentrancyLock} from "./libraries/ReentrancyLock.sol";
import {Token} from "./libraries/Token.sol";
import {ClaimId} from "./types/ClaimId.sol";

/// @title Portal
/// @notice Custody and payments. A withdrawal is marked as paid before anything is sent, and the
/// mark is undone with everything else if the payment fails: it then stays payable. ETH is sent
/// with all
/// the gas that the caller gave: a recipient can only waste the gas of whoever pays him, can enter
/// nothing here (lock), and returns no data that would be copied. A gas limit would only exclude
/// smart accounts.
contract Portal is IPortal, ReentrancyLock {
    /// @dev What an outbox leaf says.
    struct Withdrawal {
        address recipient;
        uint32 asset;
        uint64 units;
    }

    uint256 internal constant OUTBOX = 7;
    uint8 internal constant LEAF_VERSION = 1;
    uint8 internal constant KIND_WITHDRAWAL = 1;
    uint256 internal constant LEAF_BYTES = 67;

    /// @inheritdoc IPortal
    address public immutable inbox;
    /// @inheritdoc IPortal
    address public immutable registry;
    /// @inheritdoc IPortal
    address public immutable superchainConfig;
    /// @inheritdoc IPortal
    uint64 public immutable payoutDelay;

    /// @dev Bit i of word w: withdrawal 256 w + i is paid.
    mapping(uint256 word => uint256) private finalized;

    /// @param inbox_, registry_, superchainConfig_ may be addresses at which nothing is deployed
    /// yet
    constructor(
        address inbox_,
        address registry_,
        address superchainConfig_,
        uint64 payoutDelay_
    ) {
        inbox = inbox_;
        registry = registry_;
        superchainConfig = superchainConfig_;
        payoutDelay = payoutDelay_;
    }

    /// @inheritdoc IPortal
    function takeETH() external payable {
        if (msg.sender != inbox) revert NotInbox(msg.sender);
    }

    /// @inheritdoc IPortal
    function finalize(
        ClaimId id,
        bytes32[32] calldata end,
        uint32 index,
        bytes calldata leaf,
        bytes32[32] calldata siblings,
        bytes32[32] calldata tableRoots
    ) external nonReentrant {
        checkPayable(id, Hashing.words(end));
        checkProof(end[Cursor.STATE_ROOT], index, leaf, siblings, tableRoots);
        Withdrawal memory w = decode(leaf);
        markFinalized(index);
        (address token, uint256 parts) = IInbox(inbox).release(w.asset, w.units);
        emit WithdrawalFinalized(index, w.recipient, w.asset, token, w.units, parts);
        pay(token, w.recipient, parts);
    }

    /// @inheritdoc IPortal
    function isFinalized(uint32 index) external view returns (bool) {
        return finalized[index >> 8] >> (index & 0xff) & 1 == 1;
    }

    function checkPayable(ClaimId id, bytes32 endHash) private view {
        uint64 confirmedAt = IAnchorStateRegistry(registry).confirmedAt(id, endHash);
        if (confirmedAt == 0) revert NotConfirmed(id, endHash);
        ISuperchainConfig pauses = ISuperchainConfig(superchainConfig);
        if (pauses.paused()) revert Paused();
        uint64 passed = pauses.unpausedSince(confirmedAt);
        if (passed < payoutDelay) revert DelayNotOver(passed, payoutDelay);
    }

    function checkProof(
        bytes32 stateRoot,
        uint32 index,
        bytes calldata leaf,
        bytes32[32] calldata siblings,
        bytes32[32] calldata tableRoots
    ) private pure {
        bytes32 root = Hashing.words(tableRoots);
        if (root != stateRoot) revert WrongTableRoots(root, stateRoot);
        bytes32 outbox = IncrementalTree.rootOfPath(Hashing.data(leaf), index, siblings);
        if (outbox != tableRoots[OUTBOX]) revert WrongPath(outbox, tableRoots[OUTBOX]);
    }

    /// @dev Layout: table u8, version u8, kind u8, account u32, owner address, recipient address,
    /// asset u32, amount u64, block number u64.
    function decode(bytes calldata leaf) private pure returns (Withdrawal memory) {
        if (leaf.length != LEAF_BYTES) revert LeafLength(leaf.length);
        (uint8 table, uint8 version, uint8 kind) = (uint8(leaf[0]), uint8(leaf[1]), uint8(leaf[2]));
        if (table != OUTBOX || version != LEAF_VERSION || kind != KIND_WITHDRAWAL) {
            revert NotAWithdrawal(table, version, kind);
        }
        return Withdrawal({
            recipient: address(bytes20(leaf[27:47])),
            asset: uint32(bytes4(leaf[47:51])),
            units: uint64(bytes8(leaf[51:59]))
        });
    }

    function markFinalized(uint32 index) private {
        uint256 bit = 1 << (index & 0xff);
        uint256 word = finalized[index >> 8];
        if (word & bit != 0) revert AlreadyFinalized(index);
        finalized[index >> 8] = word | bit;
    }

    function pay(address token, address recipient, uint256 parts) private {
        if (token != address(0)) {
            if (!Token.transfer(token, recipient, parts)) revert TokenTransferFailed(token);
            return;
        }
        bool paid;
        assembly ("memory-safe") {
            paid := call(gas(), recipient, parts, 0, 0, 0, 0)
        }
        if (!paid) revert PaymentFailed(recipient);
    }
}
