// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchRegistry} from "../src/interfaces/IBatchRegistry.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Each line of claims has a bond of its own, from its first claim to its end.
contract BatchRegistryLinesTest is GavelTest {
    bytes32[7] private first;
    bytes32[7] private second;
    bytes32[7] private third;
    Tip private genesis;
    Tip private bobs;
    Tip private carols;

    /// @dev Two foreign claims on different parents, and three batches that are fixed.
    function setUp() public override {
        super.setUp();
        vm.warp(START + SEQUENCING_WINDOW + 1);
        (first, second, third) = (fix(), fix(), fix());
        genesis = genesisTip();
        bobs = claimAs(BOB, genesis, first, endOf(1, first, "bob"));
        carols = claimAs(CAROL, bobs, second, endOf(2, second, "carol"));
    }

    function test_claims_on_two_foreign_parents_need_two_bonds() public {
        Tip memory other = claimAs(BOB, bobs, second, endOf(2, second, "bob"));
        assertEq(due(ALICE, carols), LINE_BOND);
        claimAs(ALICE, carols, third, endOf(3, third, "alice"));
        assertEq(due(ALICE, other), LINE_BOND);
        claimAs(ALICE, other, third, endOf(3, third, "alice"));
        hasAtStake(ALICE, 2 * LINE_BOND, 2);
    }

    function test_what_is_missing_is_due() public {
        claimAs(ALICE, carols, third, endOf(3, third, "alice"));
        bytes32[32] memory end = endOf(1, first, "alice");
        vm.startPrank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchRegistry.WrongBond.selector, LINE_BOND - 1, LINE_BOND)
        );
        registry.claim{value: LINE_BOND - 1}(genesis.id, 1, first, genesis.end, end);
        registry.claim{value: LINE_BOND + 1}(genesis.id, 1, first, genesis.end, end);
        vm.stopPrank();
        hasAtStake(ALICE, 2 * LINE_BOND + 1, 2);
        assertEq(due(ALICE, bobs), LINE_BOND - 1);
    }

    function test_a_rival_reuses_the_bond_of_a_line_that_ended() public {
        vm.warp(block.timestamp + WINDOW);
        confirm(genesis, first, bobs);
        assertEq(due(BOB, bobs), 0);
        Tip memory rival = claimAs(BOB, bobs, second, endOf(2, second, "bob"));
        hasAtStake(BOB, LINE_BOND, 1);
        assertEq(due(BOB, rival), 0);
        assertEq(due(BOB, carols), LINE_BOND);
    }

    /// @dev A claim that is confirmed meanwhile makes what was due for a rival more than is due.
    function test_a_bond_that_is_free_meanwhile_does_not_refuse_a_claim() public {
        uint256 read = due(BOB, bobs);
        vm.warp(block.timestamp + WINDOW);
        confirm(genesis, first, bobs);
        bytes32[32] memory end = endOf(2, second, "bob");
        vm.startPrank(BOB);
        registry.claim{value: read}(bobs.id, 2, second, bobs.end, end);
        hasAtStake(BOB, 2 * LINE_BOND, 1);
        registry.withdrawBond();
        vm.stopPrank();
        hasAtStake(BOB, LINE_BOND, 1);
    }

    function test_what_no_pending_line_needs_is_paid_back() public {
        claimAs(BOB, bobs, second, endOf(2, second, "bob"));
        vm.warp(block.timestamp + WINDOW);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.BondAtStake.selector, 2));
        registry.withdrawBond();
        confirm(genesis, first, bobs);
        uint256 before = BOB.balance;
        vm.prank(BOB);
        registry.withdrawBond();
        assertEq(BOB.balance, before + LINE_BOND);
        hasAtStake(BOB, LINE_BOND, 1);
    }

    function test_each_line_forfeits_a_bond_of_its_own() public {
        Tip memory truth = claimAs(ALICE, genesis, first, endOf(1, first, "alice"));
        claimAs(BOB, carols, third, endOf(3, third, "bob"));
        hasAtStake(BOB, 2 * LINE_BOND, 2);
        decide(genesis, truth);
        confirm(genesis, first, truth);
        uint256 before = ALICE.balance;
        forfeit(genesis, first, bobs);
        assertEq(ALICE.balance, before + LINE_BOND);
        hasAtStake(BOB, LINE_BOND, 1);
        // His bond is that of the line that is left: the next needs one again.
        assertEq(due(BOB, truth), LINE_BOND);
    }

    /// @dev Otherwise two forfeitures would end one line twice, and the end of a line that is
    /// right would find none to end: nothing could be confirmed any more.
    function test_below_a_claim_that_lost_nothing_is_forfeited() public {
        Tip memory more = claimAs(CAROL, carols, third, endOf(3, third, "carol"));
        Tip memory rival = claimAs(ALICE, carols, third, endOf(3, third, "alice"));
        decide(carols, rival);
        Tip memory truth = claimAs(ALICE, bobs, second, endOf(2, second, "alice"));
        Tip memory last = claimAs(CAROL, truth, third, endOf(3, third, "last"));
        decide(bobs, truth);
        vm.warp(block.timestamp + WINDOW);
        confirm(genesis, first, bobs);
        confirm(bobs, second, truth);
        forfeit(bobs, second, carols);
        bytes32 firstOfMore = firstHash(carols, third);
        vm.prank(address(factory));
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.WinnerPending.selector, carols.id));
        registry.forfeit(carols.id, hashOf(carols.end), 3, firstOfMore, hashOf(more.end), ALICE);
        hasAtStake(CAROL, LINE_BOND, 1);
        confirm(truth, third, last);
        hasAtStake(CAROL, LINE_BOND, 0);
    }

    function due(address claimer, Tip memory parent) private view returns (uint256) {
        return registry.bondDue(claimer, parent.id, hashOf(parent.end));
    }

    function hasAtStake(address claimer, uint256 bond, uint256 lines) private view {
        (uint128 bond_, uint64 lines_) = registry.stakeOf(claimer);
        assertEq(bond_, bond);
        assertEq(lines_, lines);
    }

    function decide(Tip memory parent, Tip memory winner) private {
        vm.prank(address(factory));
        registry.decide(parent.id, hashOf(parent.end), winner.id);
    }

    function forfeit(Tip memory parent, bytes32[7] memory words, Tip memory lost) private {
        bytes32 start = firstHash(parent, words);
        vm.prank(address(factory));
        registry.forfeit(parent.id, hashOf(parent.end), lost.batch, start, hashOf(lost.end), ALICE);
    }
}
