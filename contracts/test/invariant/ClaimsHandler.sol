// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchInbox} from "../../src/BatchInbox.sol";
import {BatchRegistry} from "../../src/BatchRegistry.sol";
import {ClaimId} from "../../src/types/ClaimId.sol";
import {GavelTest} from "../base/GavelTest.sol";
import {vm} from "../base/Vm.sol";

/// @notice Batches, claims, rivals, confirmations, pauses and bonds in any order. Keeps its own
/// record of every claim, and checks each confirmation against it when it happens.
contract ClaimsHandler is GavelTest {
    struct Known {
        Tip tip;
        uint256 parent;
        address claimer;
        bytes32[7] words;
        uint256 children;
        uint256 madeAt;
        bool confirmed;
    }

    Known[] private known;
    bytes32[7][] private batches;
    /// @notice Seconds of pauses, counted as they pass.
    uint256 public pausedSeconds;
    uint256 private pausedUntil;
    uint256[] private pausedAtClaim;
    uint256 public confirmations;
    /// @notice The first rule that was seen broken. A revert would only undo the evidence.
    string public violation;
    uint256 public bondsPaid;

    constructor() {
        setUp();
        known.push();
        known[0].tip = genesisTip();
        known[0].confirmed = true;
        pausedAtClaim.push(0);
        batches.push();
    }

    function fixBatch(uint8 pages) external {
        if (pages % 3 != 0) postPages(somePages(pages % 3, 10, pages));
        batches.push(fix());
    }

    /// @dev Most claims are made on the newest, so that lines grow; the others make rivals.
    function makeClaim(uint256 parent, uint256 who, uint256 root) external {
        uint256 recent = known.length < 4 ? known.length : 4;
        parent = root % 8 == 0 ? known.length - 1 - parent % recent : known.length - 1;
        Known memory above = known[parent];
        uint256 batch = above.tip.batch + 1;
        if (batch >= batches.length) batches.push(fix());
        address claimer = actor(who);
        bytes32[32] memory end = endOf(uint64(batch), batches[batch], bytes32(root % 3 + 1));
        uint256 bond = registry.bondDue(claimer, above.tip.id, hashOf(above.tip.end));
        vm.deal(claimer, bond);
        vm.prank(claimer);
        ClaimId id = registry.claim{value: bond}(
            above.tip.id, uint64(batch), batches[batch], above.tip.end, end
        );
        bondsPaid += bond;
        known[parent].children += 1;
        known.push(
            Known({
                tip: Tip(id, uint64(batch), end),
                parent: parent,
                claimer: claimer,
                words: batches[batch],
                children: 0,
                madeAt: block.timestamp,
                confirmed: false
            })
        );
        pausedAtClaim.push(pausedNow());
    }

    /// @dev A claim about a batch that is not fixed, or with other words, must not be made.
    function makeFalseClaim(uint256 parent, uint256 word, bytes32 value) external {
        Known memory above = known[bound(parent, 0, known.length - 1)];
        uint64 batch = above.tip.batch + 1;
        bytes32[7] memory words;
        if (batch < batches.length) words = batches[batch];
        word = word % 7;
        if (batch < batches.length && words[word] == value) return;
        words[word] = value;
        bytes32[32] memory end = endOf(batch, words, "x");
        vm.deal(ALICE, LINE_BOND);
        uint256 due = registry.bondDue(ALICE, above.tip.id, hashOf(above.tip.end));
        vm.prank(ALICE);
        try registry.claim{value: due}(above.tip.id, batch, words, above.tip.end, end) {
            expect(false, "a claim on data that is not posted");
        } catch {}
    }

    function confirmClaim(uint256 which) external {
        which = bound(which, 0, known.length - 1);
        confirmKnown(which);
    }

    /// @dev Tries all, oldest first: what can be confirmed is.
    function confirmAll() external {
        for (uint256 i = 1; i < known.length; ++i) {
            confirmKnown(i);
        }
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1 hours, WINDOW));
    }

    function pause(uint64 duration) external {
        duration = uint64(bound(duration, 1, 2 days));
        vm.prank(GUARDIAN);
        superchainConfig.pause(duration);
        pausedSeconds = pausedSeconds + duration;
        pausedUntil = block.timestamp + duration;
    }

    function unpause() external {
        vm.prank(GUARDIAN);
        superchainConfig.unpause();
        pausedSeconds -= pausedUntil - block.timestamp;
        pausedUntil = block.timestamp;
    }

    function withdrawBond(uint256 who) external {
        address claimer = actor(who);
        (uint256 bond,) = registry.stakeOf(claimer);
        vm.prank(claimer);
        try registry.withdrawBond() {
            bondsPaid -= bond;
            for (uint256 i = 1; i < known.length; ++i) {
                bool pending = known[i].claimer == claimer && !known[i].confirmed;
                expect(!pending, "a bond left with a claim pending");
            }
        } catch {}
    }

    function contracts() external view returns (BatchRegistry, BatchInbox) {
        return (registry, batchInbox);
    }

    function claimCount() external view returns (uint256) {
        return known.length;
    }

    function claimAt(uint256 i) external view returns (Known memory) {
        return known[i];
    }

    function endHashAt(uint256 i) external view returns (bytes32) {
        return hashOf(known[i].tip.end);
    }

    function expect(bool holds, string memory rule) private {
        if (!holds && bytes(violation).length == 0) violation = rule;
    }

    function actor(uint256 who) private pure returns (address) {
        return [ALICE, BOB, CAROL][who % 3];
    }

    function pausedNow() private view returns (uint256) {
        uint256 ahead = pausedUntil > block.timestamp ? pausedUntil - block.timestamp : 0;
        return pausedSeconds - ahead;
    }

    function confirmKnown(uint256 which) private {
        Known memory claim_ = known[which];
        Known memory above = known[claim_.parent];
        bytes32 first = firstHash(above.tip, claim_.words);
        try registry.confirm(claim_.tip.id, first, hashOf(claim_.tip.end)) {
            expect(!claim_.confirmed, "confirmed twice");
            expect(above.confirmed, "confirmed before its parent");
            expect(above.children == 1, "confirmed with a rival");
            uint256 paused = pausedNow() - pausedAtClaim[which];
            uint256 earned = block.timestamp - claim_.madeAt - paused;
            expect(earned >= WINDOW, "confirmed too early");
            known[which].confirmed = true;
            ++confirmations;
        } catch {}
    }
}
