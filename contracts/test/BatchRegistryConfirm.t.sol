// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchRegistry} from "../src/interfaces/IBatchRegistry.sol";
import {Children} from "../src/types/Claim.sol";
import {ClaimId} from "../src/types/ClaimId.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";

contract BatchRegistryConfirmTest is GavelTest {
    bytes32[7] private words;
    Tip private genesis;
    Tip private one;
    uint64 private claimedAt;

    function setUp() public override {
        super.setUp();
        words = fix();
        genesis = genesisTip();
        mine(10);
        claimedAt = uint64(block.timestamp);
        one = claimAs(ALICE, genesis, words, endOf(1, words, "one"));
    }

    function test_an_unrivalled_claim_is_confirmed_after_the_window() public {
        vm.warp(claimedAt + WINDOW - 1);
        refuse(one, words, genesis, timeReason(WINDOW - 1));
        vm.warp(claimedAt + WINDOW);
        vm.expectEmit(address(registry));
        emit IBatchRegistry.Confirmed(ClaimId.unwrap(one.id), 1);
        confirm(genesis, words, one);
        (ClaimId id, bytes32 endHash, uint64 batch) = registry.anchor();
        assertEq(ClaimId.unwrap(id), ClaimId.unwrap(one.id));
        assertEq(endHash, hashOf(one.end));
        assertEq(batch, 1);
        assertEq(registry.confirmedAt(one.id, endHash), claimedAt + WINDOW);
        assertTrue(
            registry.claimOf(genesis.id, hashOf(genesis.end)).children == Children.Settled, "open"
        );
    }

    function test_time_stands_still_in_a_pause() public {
        vm.warp(claimedAt + 100);
        vm.prank(GUARDIAN);
        superchainConfig.pause(1000);
        vm.warp(claimedAt + WINDOW + 999);
        assertEq(earned(one, genesis), WINDOW - 1);
        refuse(one, words, genesis, timeReason(WINDOW - 1));
        vm.warp(claimedAt + WINDOW + 1000);
        confirm(genesis, words, one);
    }

    function test_a_claim_is_confirmed_after_its_parent() public {
        bytes32[7] memory second = fix();
        Tip memory two = claimAs(ALICE, one, second, endOf(2, second, "two"));
        vm.warp(block.timestamp + WINDOW);
        refuse(
            two,
            second,
            one,
            abi.encodeWithSelector(IBatchRegistry.NotOnAnchor.selector, two.id, genesis.id)
        );
        confirm(genesis, words, one);
        confirm(one, second, two);
        (,, uint64 batch) = registry.anchor();
        assertEq(batch, 2);
    }

    function test_a_claim_is_confirmed_once() public {
        vm.warp(claimedAt + WINDOW);
        confirm(genesis, words, one);
        refuse(
            one,
            words,
            genesis,
            abi.encodeWithSelector(IBatchRegistry.NotOnAnchor.selector, one.id, one.id)
        );
    }

    function test_what_was_never_claimed_is_not_confirmed() public {
        bytes32[32] memory end = endOf(1, words, "never claimed");
        bytes32 first = firstHash(genesis, words);
        bytes32 id = keccak256(
            abi.encodePacked(ClaimId.unwrap(genesis.id), uint256(1), first, hashOf(end))
        );
        vm.warp(claimedAt + WINDOW);
        refuse(
            Tip(ClaimId.wrap(id), 1, end),
            words,
            genesis,
            abi.encodeWithSelector(IBatchRegistry.UnknownClaim.selector, id, hashOf(end))
        );
    }

    function test_a_rivalled_claim_is_never_confirmed() public {
        vm.warp(claimedAt + WINDOW - 1);
        Tip memory rival = rivalOf("rival");
        vm.warp(claimedAt + 1000 * WINDOW);
        refuse(
            one, words, genesis, abi.encodeWithSelector(IBatchRegistry.Contested.selector, one.id)
        );
        refuse(
            rival,
            words,
            genesis,
            abi.encodeWithSelector(IBatchRegistry.Contested.selector, rival.id)
        );
    }

    function test_a_rival_is_announced() public {
        bytes32[32] memory end = endOf(1, words, "rival");
        bytes32 id = keccak256(
            abi.encodePacked(
                ClaimId.unwrap(genesis.id), uint256(1), firstHash(genesis, words), hashOf(end)
            )
        );
        bytes32 genesisId = ClaimId.unwrap(genesis.id);
        vm.recordLogs();
        claimAs(BOB, genesis, words, end);
        bytes32[] memory topics = vm.getRecordedLogs()[2].topics;
        assertEq(topics[0], IBatchRegistry.Rivalled.selector);
        assertEq(topics[1], genesisId);
        assertEq(topics[2], id);
        assertEq(topics[3], bytes32(uint256(1)));
    }

    function test_rivals_stop_earning() public {
        assertEq(earned(one, genesis), 0);
        vm.warp(claimedAt + 500);
        assertEq(earned(one, genesis), 500);
        Tip memory rival = rivalOf("rival");
        vm.warp(claimedAt + 900);
        Tip memory third = rivalOf("third");
        vm.warp(claimedAt + WINDOW);
        assertEq(earned(one, genesis), 500);
        assertEq(earned(rival, genesis), 0);
        assertEq(earned(third, genesis), 0);
        assertEq(registry.claimOf(genesis.id, hashOf(genesis.end)).contestedAt, claimedAt + 500);
    }

    function test_earned_time_before_a_rival_has_no_pauses() public {
        vm.warp(claimedAt + 100);
        vm.prank(GUARDIAN);
        superchainConfig.pause(50);
        vm.warp(claimedAt + 500);
        rivalOf("rival");
        vm.warp(claimedAt + 600);
        vm.prank(GUARDIAN);
        superchainConfig.pause(50);
        vm.warp(claimedAt + 900);
        assertEq(earned(one, genesis), 450);
    }

    function test_a_confirmed_claim_has_earned_the_window() public {
        vm.warp(claimedAt + WINDOW);
        confirm(genesis, words, one);
        assertEq(earned(one, genesis), WINDOW);
    }

    function test_unknown_claims_earn_nothing() public {
        ClaimId unknown = ClaimId.wrap("unknown");
        bytes32 oneHash = hashOf(one.end);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchRegistry.UnknownClaim.selector, unknown, oneHash)
        );
        registry.earnedTime(unknown, oneHash, genesis.id, hashOf(genesis.end));
        vm.expectRevert(
            abi.encodeWithSelector(IBatchRegistry.UnknownParent.selector, unknown, bytes32(0))
        );
        registry.earnedTime(one.id, oneHash, unknown, 0);
    }

    /// @notice A rival to a descendant leaves the ancestors alone.
    function test_a_contest_concerns_one_parent() public {
        bytes32[7] memory second = fix();
        Tip memory two = claimAs(ALICE, one, second, endOf(2, second, "two"));
        claimAs(BOB, one, second, endOf(2, second, "rival"));
        vm.warp(block.timestamp + WINDOW);
        confirm(genesis, words, one);
        refuse(two, second, one, abi.encodeWithSelector(IBatchRegistry.Contested.selector, two.id));
    }

    function test_the_resolver_decides_between_rivals() public {
        Tip memory rival = rivalOf("rival");
        vm.expectEmit(address(registry));
        emit IBatchRegistry.Decided(ClaimId.unwrap(genesis.id), ClaimId.unwrap(rival.id));
        decide(genesis, rival.id);
        assertEq(ClaimId.unwrap(registry.winnerOn(genesis.id)), ClaimId.unwrap(rival.id));
        refuse(
            one,
            words,
            genesis,
            abi.encodeWithSelector(IBatchRegistry.NotDecidedFor.selector, one.id)
        );
        confirm(genesis, words, rival);
        (ClaimId id,,) = registry.anchor();
        assertEq(ClaimId.unwrap(id), ClaimId.unwrap(rival.id));
    }

    function test_only_the_resolver_decides() public {
        rivalOf("rival");
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.NotResolver.selector, ALICE));
        registry.decide(genesis.id, hashOf(genesis.end), one.id);
    }

    function test_only_rivals_are_decided() public {
        vm.prank(address(factory));
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.NotContested.selector, genesis.id));
        registry.decide(genesis.id, hashOf(genesis.end), one.id);
    }

    function test_a_decision_is_final() public {
        Tip memory rival = rivalOf("rival");
        decide(genesis, rival.id);
        vm.prank(address(factory));
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.AlreadyDecided.selector, genesis.id));
        registry.decide(genesis.id, hashOf(genesis.end), one.id);
    }

    function test_the_bond_returns_after_the_last_claim() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.BondAtStake.selector, 1));
        registry.withdrawBond();
        vm.warp(claimedAt + WINDOW);
        confirm(genesis, words, one);
        uint256 before = ALICE.balance;
        vm.expectEmit(address(registry));
        emit IBatchRegistry.BondWithdrawn(ALICE, LINE_BOND);
        vm.prank(ALICE);
        registry.withdrawBond();
        assertEq(ALICE.balance, before + LINE_BOND);
        assertEq(address(registry).balance, 0);
    }

    function test_a_line_is_pending_until_its_last_claim() public {
        bytes32[7] memory second = fix();
        Tip memory two = claimAs(ALICE, one, second, endOf(2, second, "two"));
        vm.warp(block.timestamp + WINDOW);
        confirm(genesis, words, one);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.BondAtStake.selector, 1));
        registry.withdrawBond();
        confirm(one, second, two);
        vm.prank(ALICE);
        registry.withdrawBond();
        (uint128 bond, uint64 lines) = registry.stakeOf(ALICE);
        assertEq(bond, 0);
        assertEq(lines, 0);
    }

    function test_a_line_that_lost_its_root_keeps_the_bond() public {
        bytes32[7] memory second = fix();
        claimAs(ALICE, one, second, endOf(2, second, "two"));
        Tip memory rival = rivalOf("rival");
        decide(genesis, rival.id);
        confirm(genesis, words, rival);
        vm.warp(block.timestamp + 100 * WINDOW);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.BondAtStake.selector, 1));
        registry.withdrawBond();
        vm.prank(BOB);
        registry.withdrawBond();
    }

    function test_a_bond_returns_once() public {
        vm.warp(claimedAt + WINDOW);
        confirm(genesis, words, one);
        vm.startPrank(ALICE);
        registry.withdrawBond();
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.BondAtStake.selector, 0));
        registry.withdrawBond();
    }

    function test_a_claimer_that_takes_no_ether_keeps_his_bond() public {
        // This contract has no receive function.
        bytes32[7] memory second = fix();
        vm.deal(address(this), LINE_BOND);
        Tip memory two = claimAs(address(this), one, second, endOf(2, second, "two"));
        vm.warp(block.timestamp + WINDOW);
        confirm(genesis, words, one);
        confirm(one, second, two);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchRegistry.PaymentFailed.selector, address(this))
        );
        registry.withdrawBond();
        (uint128 bond,) = registry.stakeOf(address(this));
        assertEq(bond, LINE_BOND);
    }

    function test_a_bond_stays_for_the_next_claim() public {
        vm.warp(claimedAt + WINDOW);
        confirm(genesis, words, one);
        bytes32[7] memory second = fix();
        claimAs(ALICE, one, second, endOf(2, second, "two"));
        assertEq(address(registry).balance, LINE_BOND);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.BondAtStake.selector, 1));
        registry.withdrawBond();
    }

    function rivalOf(bytes32 root) private returns (Tip memory) {
        return claimAs(BOB, genesis, words, endOf(1, words, root));
    }

    function decide(Tip memory parent, ClaimId winner) private {
        vm.prank(address(factory));
        registry.decide(parent.id, hashOf(parent.end), winner);
    }

    function earned(Tip memory tip, Tip memory parent) private view returns (uint64) {
        return registry.earnedTime(tip.id, hashOf(tip.end), parent.id, hashOf(parent.end));
    }

    function timeReason(uint64 time) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IBatchRegistry.TimeNotEarned.selector, time, WINDOW);
    }

    function refuse(
        Tip memory tip,
        bytes32[7] memory posted_,
        Tip memory parent,
        bytes memory reason
    ) private {
        bytes32 first = firstHash(parent, posted_);
        bytes32 endHash = hashOf(tip.end);
        vm.expectRevert(reason);
        registry.confirm(tip.id, first, endHash);
    }
}
