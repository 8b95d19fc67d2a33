// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {IPortal} from "../src/interfaces/IPortal.sol";
import {ReentrancyLock} from "../src/libraries/ReentrancyLock.sol";
import {ClaimId} from "../src/types/ClaimId.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {StateModel} from "./base/StateModel.sol";
import {vm} from "./base/Vm.sol";
import {CallbackToken, NoReturnToken, PlainToken, RefusingToken} from "./tokens/TestTokens.sol";

contract PortalTest is GavelTest {
    using StateModel for StateModel.State;

    uint32 private constant ETHER = 1;
    uint32 private constant TOKEN = 2;

    StateModel.State private state;
    Tip private tip;
    uint64 private payableAt;
    /// @dev Set for contracts that are paid and call back.
    bytes private callback;
    bytes private answer;

    function setUp() public override {
        super.setUp();
        depositETH(ALICE, 100 ether);
    }

    receive() external payable {
        if (callback.length == 0) return;
        (, answer) = address(portal).call(callback);
    }

    function test_a_withdrawal_is_paid() public {
        settle(one(BOB, ETHER, 3e8));
        uint256 before = BOB.balance;
        assertTrue(!portal.isFinalized(1), "early");
        bytes32[32] memory siblings = state.path(1);
        vm.expectEmit(address(portal));
        emit IPortal.WithdrawalFinalized(1, BOB, ETHER, address(0), 3e8, 3 ether);
        portal.finalize(tip.id, tip.end, 1, state.leaves[1], siblings, state.tableRoots);
        assertEq(BOB.balance, before + 3 ether);
        assertEq(address(portal).balance, 97 ether);
        assertEq(inbox.asset(ETHER).bridgedUnits, 97e8);
        assertTrue(portal.isFinalized(1), "not marked");
    }

    function test_tokens_are_paid_in_parts() public {
        PlainToken token = new PlainToken("T", 18);
        deposit(token, 5e18);
        settle(one(BOB, TOKEN, 3e8));
        finalize(1);
        assertEq(token.balanceOf(BOB), 3e18);
        assertEq(token.balanceOf(address(portal)), 2e18);
    }

    function test_tokens_that_return_nothing_are_paid() public {
        NoReturnToken token = new NoReturnToken();
        list(address(token));
        token.mint(ALICE, 5e6);
        vm.prank(ALICE, ALICE);
        inbox.depositERC20(address(token), 5e6, ALICE, 0);
        settle(one(BOB, TOKEN, 3e6));
        finalize(1);
        assertEq(token.balanceOf(BOB), 3e6);
    }

    function test_a_withdrawal_is_paid_once() public {
        settle(one(BOB, ETHER, 3e8));
        finalize(1);
        refuse(1, abi.encodeWithSelector(IPortal.AlreadyFinalized.selector, 1));
    }

    /// @notice Many withdrawals, in any order: each once, none twice, whatever its index.
    /// forge-config: default.fuzz.runs = 48
    function testFuzz_no_double_payment(uint256 seed) public {
        bytes[] memory leaves = new bytes[](24);
        for (uint256 i = 0; i < 24; ++i) {
            leaves[i] = StateModel.withdrawal(BOB, ETHER, uint64(1e8 + i));
        }
        settle(leaves);
        bool[25] memory paid;
        uint256 expected = BOB.balance;
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint32 index = uint32(1 + seed % 24);
            if (paid[index]) {
                refuse(index, abi.encodeWithSelector(IPortal.AlreadyFinalized.selector, index));
            } else {
                finalize(index);
                paid[index] = true;
                expected += (1e8 + uint256(index) - 1) * 1e10;
            }
            assertEq(BOB.balance, expected);
            assertTrue(portal.isFinalized(index), "not marked");
        }
    }

    function test_marks_do_not_touch_their_neighbours() public {
        settle(one(BOB, ETHER, 3e8));
        finalize(1);
        uint32[6] memory others = [0, 2, 3, 257, 256, type(uint32).max];
        for (uint256 i = 0; i < 6; ++i) {
            assertTrue(!portal.isFinalized(others[i]), "marked");
        }
    }

    function test_the_delay_must_pass() public {
        settle(one(BOB, ETHER, 3e8));
        vm.warp(payableAt - 1);
        refuse(
            1,
            abi.encodeWithSelector(IPortal.DelayNotOver.selector, PAYOUT_DELAY - 1, PAYOUT_DELAY)
        );
        vm.warp(payableAt);
        finalize(1);
    }

    function test_nothing_is_paid_in_a_pause() public {
        settle(one(BOB, ETHER, 3e8));
        vm.warp(payableAt + 5);
        vm.prank(GUARDIAN);
        superchainConfig.pause(100);
        refuse(1, abi.encodeWithSelector(IPortal.Paused.selector));
        vm.warp(payableAt + 105);
        finalize(1);
    }

    function test_the_delay_stands_still_in_a_pause() public {
        settle(one(BOB, ETHER, 3e8));
        vm.warp(payableAt - 10);
        vm.prank(GUARDIAN);
        superchainConfig.pause(100);
        vm.warp(payableAt + 99);
        refuse(
            1,
            abi.encodeWithSelector(IPortal.DelayNotOver.selector, PAYOUT_DELAY - 1, PAYOUT_DELAY)
        );
        vm.warp(payableAt + 100);
        finalize(1);
    }

    function test_the_claim_must_be_confirmed() public {
        state = StateModel.make(one(BOB, ETHER, 3e8));
        bytes32[7] memory words = fix();
        tip = claimAs(ALICE, genesisTip(), words, endOf(1, words, state.root));
        vm.warp(block.timestamp + 100 days);
        refuse(1, abi.encodeWithSelector(IPortal.NotConfirmed.selector, tip.id, hashOf(tip.end)));
    }

    function testFuzz_the_end_must_be_the_claims(uint256 word, bytes32 value) public {
        settle(one(BOB, ETHER, 3e8));
        word = word % 32;
        vm.assume(tip.end[word] != value);
        tip.end[word] = value;
        refuse(1, abi.encodeWithSelector(IPortal.NotConfirmed.selector, tip.id, hashOf(tip.end)));
    }

    /// @notice Older confirmed claims stay good for payments when newer ones follow.
    function test_payments_come_from_any_confirmed_claim() public {
        settle(one(BOB, ETHER, 3e8));
        bytes32[7] memory words = fix();
        Tip memory next = claimAs(ALICE, tip, words, endOf(2, words, "no withdrawal"));
        vm.warp(block.timestamp + WINDOW);
        confirm(tip, words, next);
        finalize(1);
    }

    function testFuzz_table_roots_are_proved(uint256 table, bytes32 value) public {
        settle(one(BOB, ETHER, 3e8));
        table = table % 32;
        vm.assume(state.tableRoots[table] != value);
        state.tableRoots[table] = value;
        bytes32 wrong = keccak256(abi.encode(state.tableRoots));
        refuse(1, abi.encodeWithSelector(IPortal.WrongTableRoots.selector, wrong, tip.end[15]));
    }

    function testFuzz_the_path_is_proved(uint256 level, bytes32 value) public {
        settle(one(BOB, ETHER, 3e8));
        bytes32[32] memory siblings = state.path(1);
        level = level % 32;
        vm.assume(siblings[level] != value);
        siblings[level] = value;
        refusePath(1, state.leaves[1], siblings);
    }

    function testFuzz_the_index_is_proved(uint32 index) public {
        settle(one(BOB, ETHER, 3e8));
        vm.assume(index != 1);
        refusePath(index, state.leaves[1], state.path(1));
    }

    function testFuzz_the_leaf_is_proved(uint256 place, bytes1 value) public {
        settle(one(BOB, ETHER, 3e8));
        bytes memory leaf = state.leaves[1];
        place = place % leaf.length;
        vm.assume(leaf[place] != value);
        leaf[place] = value;
        refusePath(1, leaf, state.path(1));
    }

    function test_other_objects_are_no_withdrawals() public {
        bytes[] memory leaves = new bytes[](5);
        for (uint256 i = 0; i < 3; ++i) {
            leaves[i] = StateModel.withdrawal(BOB, ETHER, 3e8);
            leaves[i][i] = bytes1(uint8(leaves[i][i]) + 1);
        }
        leaves[3] = bytes.concat(StateModel.withdrawal(BOB, ETHER, 3e8), hex"00");
        leaves[4] = hex"0701";
        settle(leaves);
        refuse(1, abi.encodeWithSelector(IPortal.NotAWithdrawal.selector, 8, 1, 1));
        refuse(2, abi.encodeWithSelector(IPortal.NotAWithdrawal.selector, 7, 2, 1));
        refuse(3, abi.encodeWithSelector(IPortal.NotAWithdrawal.selector, 7, 1, 2));
        refuse(4, abi.encodeWithSelector(IPortal.LeafLength.selector, 68));
        refuse(5, abi.encodeWithSelector(IPortal.LeafLength.selector, 2));
    }

    function test_unknown_assets_are_not_paid() public {
        settle(one(BOB, 9, 3e8));
        refuse(1, abi.encodeWithSelector(IInbox.UnknownAsset.selector, 9));
    }

    function test_no_more_is_paid_than_came() public {
        settle(one(BOB, ETHER, 100e8 + 1));
        refuse(
            1,
            abi.encodeWithSelector(
                IInbox.WithdrawnMoreThanBridged.selector, ETHER, 100e8 + 1, 100e8
            )
        );
    }

    function test_a_recipient_that_refuses_ether_stays_payable() public {
        settle(one(address(registry), ETHER, 3e8));
        refuse(1, abi.encodeWithSelector(IPortal.PaymentFailed.selector, address(registry)));
        assertTrue(!portal.isFinalized(1), "marked");
        assertEq(inbox.asset(ETHER).bridgedUnits, 100e8);
    }

    function test_a_token_that_refuses_stays_payable() public {
        RefusingToken token = new RefusingToken();
        deposit(token, 5e6);
        settle(one(BOB, TOKEN, 3e6));
        token.setRefuses(true);
        refuse(1, abi.encodeWithSelector(IPortal.TokenTransferFailed.selector, address(token)));
        token.setRefuses(false);
        finalize(1);
        assertEq(token.balanceOf(BOB), 3e6);
    }

    function test_a_token_that_vanished_stays_payable() public {
        PlainToken token = new PlainToken("T", 6);
        deposit(token, 5e6);
        settle(one(BOB, TOKEN, 3e6));
        vm.etch(address(token), "");
        refuse(1, abi.encodeWithSelector(IPortal.TokenTransferFailed.selector, address(token)));
    }

    function test_a_recipient_cannot_be_paid_inside_his_payment() public {
        bytes[] memory leaves = new bytes[](2);
        leaves[0] = StateModel.withdrawal(address(this), ETHER, 3e8);
        leaves[1] = StateModel.withdrawal(address(this), ETHER, 4e8);
        settle(leaves);
        callback = abi.encodeCall(
            portal.finalize, (tip.id, tip.end, 2, state.leaves[2], state.path(2), state.tableRoots)
        );
        uint256 before = address(this).balance;
        finalize(1);
        assertEq(answer, abi.encodeWithSelector(ReentrancyLock.Reentered.selector));
        assertEq(address(this).balance, before + 3 ether);
        callback = "";
        finalize(2);
        assertEq(address(this).balance, before + 7 ether);
    }

    /// @notice A token that pays out in the middle of a deposit cannot be credited for less.
    function test_a_payment_inside_a_deposit_spoils_the_deposit() public {
        CallbackToken token = new CallbackToken();
        deposit(token, 5e18);
        settle(one(BOB, TOKEN, 3e8));
        token.setCallback(
            address(portal),
            abi.encodeCall(
                portal.finalize,
                (tip.id, tip.end, 1, state.leaves[1], state.path(1), state.tableRoots)
            )
        );
        token.mint(ALICE, 3e18);
        vm.prank(ALICE);
        token.approve(address(inbox), 3e18);
        vm.prank(ALICE, ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(IInbox.ReceivedOtherAmount.selector, address(token), 0, 3e18)
        );
        inbox.depositERC20(address(token), 3e18, ALICE, 0);
    }

    function test_ether_comes_through_the_inbox() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IPortal.NotInbox.selector, ALICE));
        portal.takeETH{value: 1 ether}();
        vm.prank(ALICE);
        (bool sent,) = address(portal).call{value: 1 ether}("");
        assertTrue(!sent, "taken");
    }

    function one(address recipient, uint32 asset, uint64 units)
        private
        pure
        returns (bytes[] memory leaves)
    {
        leaves = new bytes[](1);
        leaves[0] = StateModel.withdrawal(recipient, asset, units);
    }

    /// @dev Makes a state with these outbox objects, and a confirmed claim of it that is payable.
    function settle(bytes[] memory leaves) private {
        state = StateModel.make(leaves);
        bytes32[7] memory words = fix();
        Tip memory genesis = genesisTip();
        tip = claimAs(ALICE, genesis, words, endOf(1, words, state.root));
        vm.warp(block.timestamp + WINDOW);
        confirm(genesis, words, tip);
        payableAt = uint64(block.timestamp) + PAYOUT_DELAY;
        vm.warp(payableAt);
    }

    function deposit(PlainToken token, uint256 amount) private {
        list(address(token));
        token.mint(ALICE, amount);
        vm.prank(ALICE);
        token.approve(address(inbox), amount);
        vm.prank(ALICE, ALICE);
        inbox.depositERC20(address(token), amount, ALICE, 0);
    }

    function finalize(uint32 index) private {
        portal.finalize(
            tip.id, tip.end, index, state.leaves[index], state.path(index), state.tableRoots
        );
    }

    function refuse(uint32 index, bytes memory reason) private {
        bytes32[32] memory siblings = state.path(index);
        vm.expectRevert(reason);
        portal.finalize(tip.id, tip.end, index, state.leaves[index], siblings, state.tableRoots);
    }

    function refusePath(uint32 index, bytes memory leaf, bytes32[32] memory siblings) private {
        bytes32 node = keccak256(leaf);
        for (uint256 level = 0; level < 32; ++level) {
            node = (index >> level) & 1 == 1
                ? keccak256(abi.encodePacked(siblings[level], node))
                : keccak256(abi.encodePacked(node, siblings[level]));
        }
        vm.expectRevert(
            abi.encodeWithSelector(IPortal.WrongPath.selector, node, state.tableRoots[7])
        );
        portal.finalize(tip.id, tip.end, index, leaf, siblings, state.tableRoots);
    }
}
