// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DepositItem} from "../../src/types/Asset.sol";
import {GavelTest} from "../base/GavelTest.sol";
import {StateModel} from "../base/StateModel.sol";
import {Vm, vm} from "../base/Vm.sol";
import {CallbackToken, PlainToken} from "../tokens/TestTokens.sol";

/// @notice Deposits, forced actions, batches and withdrawals in any order, with its own books.
contract CustodyHandler is GavelTest {
    using StateModel for StateModel.State;

    PlainToken public immutable plainToken;
    CallbackToken public immutable callbackToken;

    /// @notice Parts deposited and not withdrawn, by token; zero is ETH.
    mapping(address token => uint256) public custody;
    /// @notice Times that a withdrawal was paid, by outbox index.
    mapping(uint32 index => uint256) public payments;
    bytes32[] public messageHashes;
    uint32 public withdrawals;
    uint256 public finalizations;

    bytes[] private outbox;
    Tip private tip;
    bytes32[32] private tableRoots;

    constructor() {
        setUp();
        plainToken = new PlainToken("PLAIN", 18);
        callbackToken = new CallbackToken();
        PlainToken[2] memory tokens = [plainToken, PlainToken(callbackToken)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.recordLogs();
            list(address(tokens[i]));
            noteMessages();
            tokens[i].mint(ALICE, 1e30);
            vm.prank(ALICE, ALICE);
            tokens[i].approve(address(inbox), type(uint256).max);
        }
        tip = genesisTip();
    }

    function depositEther(uint64 units) external {
        uint256 amount = bound(units, 1, 1e9) * 1e10;
        vm.deal(ALICE, amount);
        vm.recordLogs();
        depositETH(ALICE, amount);
        noteMessages();
        custody[address(0)] += amount;
    }

    function depositToken(uint64 units, bool second) external {
        PlainToken token = second ? PlainToken(callbackToken) : plainToken;
        uint256 amount = bound(units, 1, 1e9) * 1e10;
        vm.recordLogs();
        vm.prank(ALICE, ALICE);
        inbox.depositERC20(address(token), amount, BOB, 0);
        noteMessages();
        custody[address(token)] += amount;
    }

    function depositMany(uint64 units, uint8 count) external {
        DepositItem[] memory items = new DepositItem[](bound(count, 1, 20));
        uint256 amount = bound(units, 1, 1e9) * 1e10;
        for (uint256 i = 0; i < items.length; ++i) {
            items[i] = DepositItem(amount, CAROL, uint32(i));
        }
        vm.recordLogs();
        vm.prank(ALICE, ALICE);
        inbox.depositBatch(address(plainToken), items);
        noteMessages();
        custody[address(plainToken)] += amount * items.length;
    }

    function depositDust(uint256 amount) external {
        vm.deal(ALICE, amount);
        vm.recordLogs();
        vm.prank(ALICE, ALICE);
        try inbox.depositETH{value: amount}(BOB, 0) {
            custody[address(0)] += amount;
            noteMessages();
        } catch {
            // The recorder also keeps what a failed call had emitted.
            vm.getRecordedLogs();
        }
    }

    function force(uint32 account, uint64 units) external {
        vm.recordLogs();
        inbox.forcedWithdraw(account, 1, units, BOB);
        noteMessages();
    }

    /// @dev The next deposit of this token tries to deposit inside itself.
    function armCallback() external {
        callbackToken.setCallback(
            address(inbox),
            abi.encodeCall(inbox.depositERC20, (address(callbackToken), 1e10, BOB, 0))
        );
    }

    /// @dev A batch with one more withdrawal, claimed, confirmed and past the delay.
    function settle(uint32 asset, uint64 units) external {
        asset = uint32(bound(asset, 1, uint256(inbox.assetCount()) + 1));
        outbox.push(StateModel.withdrawal(BOB, asset, uint64(bound(units, 1, 1e9))));
        ++withdrawals;
        bytes32[7] memory words = fix();
        StateModel.State memory state = StateModel.make(outbox);
        tableRoots = state.tableRoots;
        vm.deal(ALICE, LINE_BOND);
        Tip memory next = claimAs(ALICE, tip, words, endOf(tip.batch + 1, words, state.root));
        // No pause is longer than an hour, so that no two of them overlap this time.
        vm.warp(block.timestamp + WINDOW + 1 hours);
        confirm(tip, words, next);
        tip = next;
        vm.warp(block.timestamp + PAYOUT_DELAY);
    }

    function finalize(uint32 index, address caller) external {
        if (withdrawals == 0) return;
        index = uint32(bound(index, 1, withdrawals));
        StateModel.State memory state = StateModel.make(outbox);
        bytes memory leaf = state.leaves[index];
        bytes32[32] memory siblings = state.path(index);
        vm.prank(caller);
        try portal.finalize(tip.id, tip.end, index, leaf, siblings, tableRoots) {
            ++payments[index];
            ++finalizations;
            (uint32 asset, uint64 units) = decode(leaf);
            address token = inbox.asset(asset).token;
            custody[token] -= uint256(units) * 1e10;
        } catch {}
    }

    function pause(uint64 duration) external {
        vm.prank(GUARDIAN);
        superchainConfig.pause(uint64(bound(duration, 1, 1 hours)));
    }

    function messageCount() external view returns (uint256) {
        return messageHashes.length;
    }

    function contracts() external view returns (address, address) {
        return (address(inbox), address(portal));
    }

    function allMessageHashes() external view returns (bytes32[] memory) {
        return messageHashes;
    }

    function noteMessages() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(inbox)) continue;
            messageHashes.push(keccak256(abi.decode(logs[i].data, (bytes))));
        }
    }

    function decode(bytes memory leaf) private pure returns (uint32 asset, uint64 units) {
        assembly ("memory-safe") {
            asset := shr(224, mload(add(leaf, 79)))
            units := shr(192, mload(add(leaf, 83)))
        }
    }
}
