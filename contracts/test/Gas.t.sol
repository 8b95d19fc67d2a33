// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DepositItem} from "../src/types/Asset.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {StateModel} from "./base/StateModel.sol";
import {vm} from "./base/Vm.sol";
import {PlainToken} from "./tokens/TestTokens.sol";

/// @notice What users and operators pay for whole transactions, with their calldata, from cold
/// storage: isolation makes each call a transaction. The figures are kept in snapshots/.
/// forge-config: default.isolate = true
contract GasTest is GavelTest {
    using StateModel for StateModel.State;

    PlainToken private token;

    function setUp() public override {
        super.setUp();
        token = new PlainToken("USDC", 6);
        token.mint(ALICE, 1000e6);
        vm.prank(ALICE, ALICE);
        token.approve(address(inbox), type(uint256).max);
    }

    function test_gas_deposits() public {
        depositETH(ALICE, 1 ether);
        vm.snapshotGasLastCall("deposit ETH, the very first: registers ETH");
        list(address(token));
        vm.snapshotGasLastCall("list an ERC-20");
        depositToken();
        // Past the first messages, whose frontier entries and checkpoints are new slots.
        for (uint256 i = 0; i < 28; ++i) {
            mine(1);
            depositETH(ALICE, 1 ether);
        }
        for (uint256 i = 0; i < 8; ++i) {
            mine(1);
            depositETH(ALICE, 1 ether);
            if (i == 0) vm.snapshotGasLastCall("deposit ETH, message 33");
            if (i == 1) vm.snapshotGasLastCall("deposit ETH, message 34");
            if (i == 2) vm.snapshotGasLastCall("deposit ETH, message 35");
            if (i == 3) vm.snapshotGasLastCall("deposit ETH, message 36");
        }
        mine(1);
        depositToken();
        vm.snapshotGasLastCall("deposit ERC-20");
        mine(1);
        vm.prank(ALICE, ALICE);
        inbox.forcedWithdraw(5, 1, 1e8, ALICE);
        vm.snapshotGasLastCall("forced withdrawal");
        mine(1);
        DepositItem[] memory items = new DepositItem[](200);
        for (uint256 i = 0; i < 200; ++i) {
            items[i] = DepositItem(1e10 * (i + 1), address(uint160(0xB00000 + i)), 0);
        }
        vm.prank(ALICE, ALICE);
        inbox.depositBatch{value: 20_100e10}(address(0), items);
        vm.snapshotGasLastCall("deposit batch of 200, ETH");
    }

    function test_gas_batches() public {
        for (uint256 i = 0; i < 35; ++i) {
            mine(1);
            depositETH(ALICE, 1 ether);
        }
        mine(1);
        post(somePages(25, 4096, 1));
        vm.snapshotGasLastCall("post 100 KiB (25 pages of random bytes)");
        mine(1);
        measureFix("fix, the first batch");
        mine(1);
        post(somePages(25, 4096, 2));
        mine(1);
        measureFix("fix");
        mine(1);
        bytes32 hash = systemConfig.configHash(3);
        bytes32 last = batchInbox.postHash();
        vm.prank(POSTER, POSTER);
        batchInbox.fixExternal(3, last, TERM, hash, 0, 4, keccak256("root"), 1000);
        vm.snapshotGasLastCall("fix external");
    }

    function test_gas_claims_and_payments() public {
        mine(1);
        depositETH(ALICE, 100 ether);
        mine(1);
        list(address(token));
        depositToken();
        mine(1);
        postPages(somePages(3, 4096, 1));
        mine(1);
        bytes32[7] memory words = fix();
        bytes[] memory leaves = new bytes[](4);
        leaves[0] = StateModel.withdrawal(address(0xB0B0B0B0), 1, 1e8);
        leaves[1] = StateModel.withdrawal(BOB, 1, 2e8);
        leaves[2] = StateModel.withdrawal(BOB, 2, 1e6);
        leaves[3] = StateModel.withdrawal(BOB, 2, 2e6);
        StateModel.State memory state = StateModel.make(leaves);
        Tip memory genesis = genesisTip();
        mine(1);
        Tip memory one = claimAs(ALICE, genesis, words, endOf(1, words, state.root));
        vm.snapshotGasLastCall("claim, the first of a claimer: with his bond");
        mine(1);
        postPages(somePages(3, 4096, 2));
        mine(1);
        bytes32[7] memory second = fix();
        mine(1);
        Tip memory two = claimAs(ALICE, one, second, endOf(2, second, state.root));
        vm.snapshotGasLastCall("claim");
        vm.warp(block.timestamp + WINDOW);
        confirm(genesis, words, one);
        confirm(one, second, two);
        vm.snapshotGasLastCall("confirm");
        vm.warp(block.timestamp + PAYOUT_DELAY);
        finalize(two, state, 1);
        vm.snapshotGasLastCall("finalize ETH, to a fresh address, the first of 256");
        finalize(two, state, 2);
        vm.snapshotGasLastCall("finalize ETH");
        finalize(two, state, 3);
        vm.snapshotGasLastCall("finalize ERC-20, the recipient's first");
        finalize(two, state, 4);
        vm.snapshotGasLastCall("finalize ERC-20");
    }

    function measureFix(string memory name) private {
        uint64 batch = batchInbox.nextBatch();
        bytes32 hash = systemConfig.configHash(batch);
        bytes32 last = batchInbox.postHash();
        vm.prank(POSTER, POSTER);
        batchInbox.fix(batch, last, TERM, hash, 0);
        vm.snapshotGasLastCall(name);
    }

    function finalize(Tip memory tip, StateModel.State memory state, uint32 index) private {
        bytes32[32] memory siblings = state.path(index);
        portal.finalize(tip.id, tip.end, index, state.leaves[index], siblings, state.tableRoots);
    }

    function depositToken() private {
        vm.prank(ALICE, ALICE);
        inbox.depositERC20(address(token), 5e6, ALICE, 0);
    }
}
