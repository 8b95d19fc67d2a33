// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAnchorStateRegistry} from "../interfaces/IAnchorStateRegistry.sol";
import {IDisputeGame} from "../interfaces/IDisputeGame.sol";
import {ISuperchainConfig} from "../interfaces/ISuperchainConfig.sol";
import {ListTree} from "../libraries/ListTree.sol";
import {ReentrancyLock} from "../libraries/ReentrancyLock.sol";
import {ClaimRecord} from "../types/ClaimRecord.sol";
import {DisputeKey, Link, Stakes} from "../types/Dispute.sol";
import {GameState} from "./GameState.sol";

/// @title GameMoney
/// @notice Bonds, and who gets what when the winner is confirmed. Whoever supports the winner gets
/// his bonds in full and a fixed refund for each named action, out of what the others left; what
/// is
/// left of that stays here for ever, so that nobody gains by challenging himself.
abstract contract GameMoney is GameState, ReentrancyLock {
    struct Due {
        uint128 bonds;
        uint128 refunds;
    }

    uint128 private immutable contestBond;
    uint128 private immutable claimBond;
    uint128 internal immutable openBond;
    uint128 private immutable claimRefund;
    uint128 private immutable openRefund;
    uint128 private immutable stepRefund;
    uint128 private immutable proveRefund;
    uint128 private immutable resolveRefund;
    uint64 private immutable settleDelay;

    /// @inheritdoc IDisputeGame
    mapping(address account => Due) public dueTo;
    /// @dev Of all accounts.
    Due private total;
    /// @dev What refunds are paid from, once `closed`; and all of them.
    Due private closing;
    bool private closed;

    constructor(Stakes memory s) {
        (contestBond, claimBond, openBond) = (s.contestBond, s.claimBond, s.openBond);
        (claimRefund, openRefund, stepRefund) = (s.claimRefund, s.openRefund, s.stepRefund);
        (proveRefund, resolveRefund) = (s.proveRefund, s.resolveRefund);
        settleDelay = s.settleDelay;
    }

    /// @notice Takes what losing claims of batches forfeit.
    receive() external payable {
        if (msg.sender != registry) revert NotRegistry(msg.sender);
    }

    /// @inheritdoc IDisputeGame
    function stakes() external view returns (Stakes memory) {
        return Stakes({
            contestBond: contestBond,
            claimBond: claimBond,
            openBond: openBond,
            claimRefund: claimRefund,
            openRefund: openRefund,
            stepRefund: stepRefund,
            proveRefund: proveRefund,
            resolveRefund: resolveRefund,
            settleDelay: settleDelay
        });
    }

    /// @inheritdoc IDisputeGame
    function claimBondDue(DisputeKey calldata dispute, bytes32 end)
        external
        view
        returns (uint256)
    {
        return bondFor(dispute.level == 0 && pairs[idOf(dispute)][end] == 0);
    }

    /// @inheritdoc IDisputeGame
    function settleRoot(bytes32 listRoot) external {
        checkSettling();
        settlePair(rootId(), winnerEnd, listRoot);
    }

    /// @inheritdoc IDisputeGame
    function settle(Link[] calldata links) external {
        checkSettling();
        for (uint256 i = 0; i < links.length; ++i) {
            settleLink(links[i]);
        }
    }

    /// @inheritdoc IDisputeGame
    function collect() external nonReentrant {
        if (winnerEnd == 0) revert NotResolved();
        if (!settlingIsOver()) revert SettlingNotOver();
        if (!closed) {
            closed = true;
            closing.bonds = uint128(address(this).balance) - total.bonds;
            closing.refunds = total.refunds;
            emit Closed(closing.bonds, closing.refunds);
        }
        Due memory due = dueTo[msg.sender];
        delete dueTo[msg.sender];
        uint256 refunds = due.refunds;
        if (closing.bonds < closing.refunds) {
            refunds = refunds * closing.bonds / closing.refunds;
        }
        uint256 amount = due.bonds + refunds;
        if (amount == 0) revert NothingDue(msg.sender);
        emit Collected(msg.sender, due.bonds, refunds);
        bool paid;
        assembly ("memory-safe") {
            paid := call(gas(), caller(), amount, 0, 0, 0, 0)
        }
        if (!paid) revert PaymentFailed(msg.sender);
    }

    function bondFor(bool first) internal view returns (uint256) {
        return first ? contestBond : claimBond;
    }

    /// @notice Takes `due` of what was sent. The rest is kept for the sender: that a child was
    /// opened by someone else a moment before must not make his move fail.
    function takeBond(uint256 due) internal {
        if (msg.value < due) revert BondNotPaid(msg.value, due);
        if (msg.value > due) oweBond(msg.sender, msg.value - due);
    }

    function oweBond(address account, uint256 amount) private {
        dueTo[account].bonds += uint128(amount);
        total.bonds += uint128(amount);
    }

    function oweRefund(address account, uint128 amount) private {
        dueTo[account].refunds += amount;
        total.refunds += amount;
    }

    function checkSettling() private view {
        if (winnerEnd == 0) revert NotResolved();
        if (closed || settlingIsOver()) revert SettlingOver();
    }

    function settlingIsOver() private view returns (bool) {
        uint64 since = IAnchorStateRegistry(registry).confirmedAt(winner(), winnerEnd);
        if (since == 0) return false;
        return ISuperchainConfig(superchainConfig).unpausedSince(since) >= settleDelay;
    }

    function settleLink(Link calldata link) private {
        bytes32 id = idOf(link.claim.dispute);
        bytes32 claimId = claimIdOf(id, link.claim.listRoot, link.claim.end);
        uint256 word = pairs[id][link.claim.end];
        if (word & SETTLED == 0) revert NotSupporting(id, link.claim.end);
        if (!isBest(word, claimId)) revert NotBest(claimId);

        uint256 index = link.index;
        if (index >= ListTree.SIZE) revert IndexOutOfRange(index);
        ListTree.check(link.interval.right, index, link.claim.listRoot);
        bytes32 before =
            ListTree.before(link.interval.left, link.interval.right, index, link.claim.listRoot);
        DisputeKey memory child = childOf(link.claim.dispute, id, index, before);
        bytes32 childId = openId(child);
        if (claims[claimId].marked() >> index & 1 == 1) settleOpener(childId);
        settlePair(childId, link.interval.right.value, link.childRoot);
    }

    function settleOpener(bytes32 id) private {
        Dispute storage dispute = disputes[id];
        if (dispute.settled) return;
        dispute.settled = true;
        oweBond(dispute.opener, openBond);
        oweRefund(dispute.opener, openRefund);
        emit OpenerSettled(id, dispute.opener);
    }

    /// @dev Whatever was done for a pair that supports the winner: its best claim, its proofs, its
    /// step.
    function settlePair(bytes32 id, bytes32 end, bytes32 listRoot) private {
        uint256 word = pairs[id][end];
        if (word & SETTLED != 0) return;
        pairs[id][end] = word | SETTLED;
        if (word & RESOLVED != 0) oweRefund(address(uint160(word)), resolveRefund);
        bytes32 claimId;
        address poster;
        uint256 bond;
        if (word & BEST_MASK != 0) {
            claimId = claimIdOf(id, listRoot, end);
            if (!isBest(word, claimId)) revert NotBest(claimId);
            ClaimRecord record = claims[claimId];
            (poster, bond) = (record.poster(), bondFor(record.isFirst()));
            oweBond(poster, bond);
            oweRefund(poster, claimRefund);
        } else if (word & STEPPED != 0) {
            oweRefund(address(uint160(word)), stepRefund);
        }
        if (hasLanes()) {
            for (uint256 i = 0; i < 2; ++i) {
                address prover = proverOf[id][end][i];
                if (prover != address(0)) oweRefund(prover, proveRefund);
            }
        }
        emit Settled(id, end, claimId, poster, bond);
    }

    function isBest(uint256 word, bytes32 claimId) private pure returns (bool) {
        return word & BEST_MASK == uint256(claimId) & BEST_MASK;
    }
}
