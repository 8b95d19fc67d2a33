// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchInbox} from "../../src/BatchInbox.sol";
import {BatchRegistry} from "../../src/BatchRegistry.sol";
import {ClaimId} from "../../src/types/ClaimId.sol";
import {Assertions} from "../base/Assertions.sol";
import {ClaimsHandler} from "./ClaimsHandler.sol";
import {InvariantTargets} from "./InvariantTargets.sol";

contract ClaimsInvariants is Assertions, InvariantTargets {
    ClaimsHandler private handler;
    BatchRegistry private registry;
    BatchInbox private batchInbox;

    function setUp() public {
        handler = new ClaimsHandler();
        (registry, batchInbox) = handler.contracts();
        target(address(handler), ClaimsHandler.fixBatch.selector);
        target(address(handler), ClaimsHandler.makeClaim.selector);
        target(address(handler), ClaimsHandler.makeFalseClaim.selector);
        target(address(handler), ClaimsHandler.confirmClaim.selector);
        target(address(handler), ClaimsHandler.confirmAll.selector);
        target(address(handler), ClaimsHandler.decide.selector);
        target(address(handler), ClaimsHandler.forfeitAll.selector);
        target(address(handler), ClaimsHandler.wait.selector);
        target(address(handler), ClaimsHandler.pause.selector);
        target(address(handler), ClaimsHandler.unpause.selector);
        target(address(handler), ClaimsHandler.withdrawBond.selector);
    }

    /// @notice No confirmation against a rival, before the parent's or before the time is earned,
    /// and each that is due; no claim on data that is not posted; each loser forfeits a bond, each
    /// line ends once, and no bond leaves before its line ends.
    function invariant_no_rule_is_broken() public view {
        assertEq(bytes(handler.violation()), "");
    }

    function invariant_confirmed_claims_are_one_chain() public view {
        (ClaimId id,, uint64 batch) = registry.anchor();
        assertEq(batch, handler.confirmations());
        uint256 last = 0;
        for (uint256 i = 1; i < handler.claimCount(); ++i) {
            ClaimsHandler.Known memory claim = handler.claimAt(i);
            bytes32 endHash = handler.endHashAt(i);
            assertEq(
                registry.confirmedAt(claim.tip.id, endHash) != 0 ? 1 : 0, claim.confirmed ? 1 : 0
            );
            if (claim.confirmed && claim.tip.batch > last) last = claim.tip.batch;
            if (claim.tip.id == id) assertEq(claim.tip.batch, batch);
        }
        assertEq(last, batch);
    }

    function invariant_claims_are_on_posted_data() public view {
        for (uint256 i = 1; i < handler.claimCount(); ++i) {
            ClaimsHandler.Known memory claim = handler.claimAt(i);
            assertEq(batchInbox.postedHash(claim.tip.batch), keccak256(abi.encode(claim.words)));
        }
    }

    function invariant_bonds_are_in_the_registry() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 3; ++i) {
            (uint128 bond,) = registry.stakeOf(handler.actor(i));
            sum += bond;
        }
        assertEq(sum, handler.bondsPaid());
        assertEq(address(registry).balance, sum);
    }

    function invariant_each_pending_line_has_a_bond() public view {
        for (uint256 i = 0; i < 3; ++i) {
            address claimer = handler.actor(i);
            (uint128 bond, uint64 lines) = registry.stakeOf(claimer);
            assertEq(lines, handler.pendingLines(claimer));
            assertTrue(bond >= registry.lineBond() * lines, "a line without a bond");
        }
    }
}
