// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchRegistry} from "../src/interfaces/IBatchRegistry.sol";
import {Children, Claim} from "../src/types/Claim.sol";
import {ClaimId, toClaimId} from "../src/types/ClaimId.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";

contract BatchRegistryClaimTest is GavelTest {
    bytes32[7] private words;
    Tip private genesis;

    function setUp() public override {
        super.setUp();
        depositETH(ALICE, 1 ether);
        vm.warp(START + SEQUENCING_WINDOW + 1);
        postPages(somePages(3, 100, 1));
        words = fix();
        genesis = genesisTip();
    }

    function test_genesis_is_confirmed() public view {
        bytes32 zero = keccak256(new bytes(1024));
        bytes32 endHash = hashOf(genesis.end);
        bytes32 id = keccak256(abi.encodePacked(bytes32(0), uint256(0), zero, endHash));
        assertEq(ClaimId.unwrap(registry.genesisId()), id);
        (ClaimId anchorId, bytes32 anchorEnd, uint64 batch) = registry.anchor();
        assertEq(ClaimId.unwrap(anchorId), id);
        assertEq(anchorEnd, endHash);
        assertEq(batch, 0);
        assertEq(registry.confirmedAt(anchorId, endHash), START);
    }

    function test_a_claim_is_its_content() public {
        bytes32[32] memory end = endOf(1, words, "root");
        bytes32 first = firstHash(genesis, words);
        bytes32 endHash = hashOf(end);
        bytes32 parent = ClaimId.unwrap(genesis.id);
        bytes32 id = keccak256(abi.encodePacked(parent, uint256(1), first, endHash));
        vm.expectEmit(address(registry));
        emit IBatchRegistry.BondPaid(ALICE, LINE_BOND);
        vm.expectEmit(address(registry));
        emit IBatchRegistry.Claimed(id, parent, 1, ALICE, first, endHash, end);
        vm.prank(ALICE);
        ClaimId made = registry.claim{value: LINE_BOND}(genesis.id, 1, words, genesis.end, end);
        assertEq(ClaimId.unwrap(made), id);
        Claim memory record = registry.claimOf(made, endHash);
        assertEq(record.claimer, ALICE);
        assertEq(record.time, block.timestamp);
        assertTrue(!record.confirmed && record.children == Children.None, "flags");
        assertTrue(
            registry.claimOf(genesis.id, hashOf(genesis.end)).children == Children.Open, "no child"
        );
    }

    function test_claims_chain_on_claims() public {
        Tip memory one = claimAs(ALICE, genesis, words, endOf(1, words, "one"));
        bytes32[7] memory second = fix();
        Tip memory two = claimAs(ALICE, one, second, endOf(2, second, "two"));
        assertEq(registry.claimOf(two.id, hashOf(two.end)).claimer, ALICE);
        assertEq(
            ClaimId.unwrap(two.id),
            ClaimId.unwrap(toClaimId(one.id, 2, firstHash(one, second), hashOf(two.end)))
        );
    }

    function test_a_claim_needs_a_fixed_batch() public {
        bytes32[32] memory end = endOf(2, words, "root");
        bytes32 given = keccak256(abi.encode(words));
        vm.prank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchRegistry.BatchNotFixedSo.selector, 2, given, bytes32(0))
        );
        registry.claim{value: LINE_BOND}(genesis.id, 2, words, genesis.end, end);
    }

    function testFuzz_a_claim_needs_the_posted_words(uint256 word, bytes32 value) public {
        bytes32[7] memory other = words;
        word = word % 7;
        vm.assume(value != other[word]);
        other[word] = value;
        bytes32[32] memory end = endOf(1, other, "root");
        bytes memory reason = abi.encodeWithSelector(
            IBatchRegistry.BatchNotFixedSo.selector,
            1,
            keccak256(abi.encode(other)),
            keccak256(abi.encode(words))
        );
        vm.prank(ALICE);
        vm.expectRevert(reason);
        registry.claim{value: LINE_BOND}(genesis.id, 1, other, genesis.end, end);
    }

    function test_a_claim_needs_a_known_parent() public {
        ClaimId unknown = ClaimId.wrap("unknown");
        bytes32[32] memory end = endOf(1, words, "root");
        vm.prank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchRegistry.UnknownParent.selector, unknown, hashOf(genesis.end)
            )
        );
        registry.claim{value: LINE_BOND}(unknown, 1, words, genesis.end, end);
    }

    function testFuzz_a_claim_needs_the_end_of_its_parent(uint256 word, bytes32 value) public {
        bytes32[32] memory parentEnd = genesis.end;
        word = word % 32;
        vm.assume(value != parentEnd[word]);
        parentEnd[word] = value;
        bytes32[32] memory end = endOf(1, words, "root");
        vm.prank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchRegistry.UnknownParent.selector, genesis.id, hashOf(parentEnd)
            )
        );
        registry.claim{value: LINE_BOND}(genesis.id, 1, words, parentEnd, end);
    }

    function test_a_parent_is_of_the_batch_before() public {
        bytes32[7] memory second = fix();
        bytes32[32] memory end = endOf(2, second, "root");
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.ParentOfOtherBatch.selector, 0, 2));
        registry.claim{value: LINE_BOND}(genesis.id, 2, second, genesis.end, end);
    }

    /// @notice Each word of the end that L1 knows must be right; each that it does not know is
    /// free.
    function testFuzz_impossible_ends_are_refused(uint256 word, bytes32 value) public {
        bytes32[32] memory end = endOf(1, words, "root");
        word = word % 32;
        vm.assume(value != end[word]);
        end[word] = value;
        bool known = word == 1 || word == 2 || word == 3 || word == 8 || word == 13 || word == 14
            || (word >= 17 && word != 23);
        if (word == 16) known = uint256(value) < uint256(words[3]);
        if (known) refuseEnd(end, word);
        else claimAs(ALICE, genesis, words, end);
    }

    function test_each_word_of_the_end_is_checked() public {
        uint8[20] memory known =
            [1, 2, 3, 8, 13, 14, 17, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 29, 30, 31];
        for (uint256 i = 0; i < known.length; ++i) {
            bytes32[32] memory end = endOf(1, words, "root");
            end[known[i]] = bytes32(uint256(end[known[i]]) + 1);
            refuseEnd(end, known[i]);
        }
    }

    function test_an_end_has_executed_what_it_must() public {
        assertEq(uint256(words[3]), 2);
        bytes32[32] memory end = endOf(1, words, "root");
        end[16] = bytes32(uint256(1));
        refuseEnd(end, 16);
        end[16] = bytes32(uint256(3));
        claimAs(ALICE, genesis, words, end);
    }

    function test_the_same_claim_is_made_once() public {
        bytes32[32] memory end = endOf(1, words, "root");
        Tip memory made = claimAs(ALICE, genesis, words, end);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.ClaimExists.selector, made.id));
        registry.claim{value: LINE_BOND}(genesis.id, 1, words, genesis.end, end);
        assertEq(registry.claimOf(genesis.id, hashOf(genesis.end)).contestedAt, 0);
    }

    function test_a_confirmed_batch_takes_no_rival() public {
        Tip memory made = claimAs(ALICE, genesis, words, endOf(1, words, "root"));
        vm.warp(block.timestamp + WINDOW);
        confirm(genesis, words, made);
        bytes32[32] memory end = endOf(1, words, "other");
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.ParentSettled.selector, genesis.id));
        registry.claim{value: LINE_BOND}(genesis.id, 1, words, genesis.end, end);
    }

    function test_one_bond_covers_a_line() public {
        bytes32 genesisHash = hashOf(genesis.end);
        assertEq(registry.bondDue(ALICE, genesis.id, genesisHash), LINE_BOND);
        Tip memory one = claimAs(ALICE, genesis, words, endOf(1, words, "one"));
        assertEq(registry.bondDue(ALICE, one.id, hashOf(one.end)), 0);
        assertEq(registry.bondDue(BOB, one.id, hashOf(one.end)), LINE_BOND);
        bytes32[7] memory second = fix();
        claimAs(ALICE, one, second, endOf(2, second, "two"));
        (uint128 bond, uint64 lines) = registry.stakeOf(ALICE);
        assertEq(bond, LINE_BOND);
        assertEq(lines, 1);
        assertEq(address(registry).balance, LINE_BOND);
    }

    function test_a_line_that_goes_on_takes_no_bond() public {
        Tip memory one = claimAs(ALICE, genesis, words, endOf(1, words, "one"));
        bytes32[7] memory second = fix();
        bytes32[32] memory end = endOf(2, second, "two");
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.WrongBond.selector, 1, 0));
        registry.claim{value: 1}(one.id, 2, second, one.end, end);
    }

    function test_a_line_over_another_claimer_is_a_second_line() public {
        Tip memory one = claimAs(ALICE, genesis, words, endOf(1, words, "one"));
        bytes32[7] memory second = fix();
        Tip memory two = claimAs(BOB, one, second, endOf(2, second, "two"));
        bytes32[7] memory third = fix();
        claimAs(ALICE, two, third, endOf(3, third, "three"));
        (uint128 bond, uint64 lines) = registry.stakeOf(ALICE);
        assertEq(bond, 2 * LINE_BOND);
        assertEq(lines, 2);
    }

    function test_a_rival_to_a_line_pays_also_if_he_is_its_claimer() public {
        Tip memory one = claimAs(ALICE, genesis, words, endOf(1, words, "one"));
        bytes32[7] memory second = fix();
        claimAs(ALICE, one, second, endOf(2, second, "two"));
        assertEq(registry.bondDue(ALICE, one.id, hashOf(one.end)), LINE_BOND);
        claimAs(ALICE, one, second, endOf(2, second, "rival"));
        (uint128 bond, uint64 lines) = registry.stakeOf(ALICE);
        assertEq(bond, 2 * LINE_BOND);
        assertEq(lines, 2);
    }

    function test_each_rival_needs_a_bond_of_its_own() public {
        claimAs(ALICE, genesis, words, endOf(1, words, "one"));
        assertEq(registry.bondDue(ALICE, genesis.id, hashOf(genesis.end)), LINE_BOND);
        claimAs(ALICE, genesis, words, endOf(1, words, "two"));
        (uint128 bond, uint64 lines) = registry.stakeOf(ALICE);
        assertEq(bond, 2 * LINE_BOND);
        assertEq(lines, 2);
    }

    function test_a_claim_with_less_than_the_bond_is_refused() public {
        bytes32[32] memory end = endOf(1, words, "root");
        uint256[2] memory sent = [uint256(0), LINE_BOND - 1];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(ALICE);
            vm.expectRevert(
                abi.encodeWithSelector(IBatchRegistry.WrongBond.selector, sent[i], LINE_BOND)
            );
            registry.claim{value: sent[i]}(genesis.id, 1, words, genesis.end, end);
        }
    }

    function refuseEnd(bytes32[32] memory end, uint256 word) private {
        vm.prank(ALICE);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchRegistry.ImpossibleEnd.selector, word, end[word])
        );
        registry.claim{value: LINE_BOND}(genesis.id, 1, words, genesis.end, end);
    }
}
