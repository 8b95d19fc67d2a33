// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchInbox} from "../../src/BatchInbox.sol";
import {BatchRegistry} from "../../src/BatchRegistry.sol";
import {ClaimId} from "../../src/types/ClaimId.sol";
import {GavelTest} from "../base/GavelTest.sol";
import {vm} from "../base/Vm.sol";

/// @notice Batches, claims, rivals, decisions, forfeitures, confirmations, pauses and bonds in any
/// order. Keeps its own record of every claim and line, and checks each call against it.
contract ClaimsHandler is GavelTest {
    struct Known {
        Tip tip;
        uint256 parent;
        address claimer;
        bytes32[7] words;
        uint256 children;
        uint256 madeAt;
        uint256 line;
        bool continued;
        bool confirmed;
        bool forfeited;
    }

    struct Line {
        address claimer;
        bool ended;
    }

    Known[] private known;
    Line[] private lines;
    mapping(uint256 parent => uint256) private winner;
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
        lines.push();
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
        bool continues = !above.confirmed && above.claimer == claimer && above.children == 0;
        uint256 bond = registry.bondDue(claimer, above.tip.id, hashOf(above.tip.end));
        if (!continues) bond += root % 5;
        vm.deal(claimer, bond);
        vm.prank(claimer);
        ClaimId id = registry.claim{value: bond}(
            above.tip.id, uint64(batch), batches[batch], above.tip.end, end
        );
        bondsPaid += bond;
        known[parent].children += 1;
        known[parent].continued = known[parent].continued || continues;
        if (!continues) lines.push(Line({claimer: claimer, ended: false}));
        known.push(
            Known({
                tip: Tip(id, uint64(batch), end),
                parent: parent,
                claimer: claimer,
                words: batches[batch],
                children: 0,
                madeAt: block.timestamp,
                line: continues ? above.line : lines.length - 1,
                continued: false,
                confirmed: false,
                forfeited: false
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

    function decide(uint256 which) external {
        if (known.length == 1) return;
        which = bound(which, 1, known.length - 1);
        uint256 parent = known[which].parent;
        if (known[parent].children < 2 || winner[parent] != 0) return;
        winner[parent] = which;
        Tip memory above = known[parent].tip;
        vm.prank(address(factory));
        registry.decide(above.id, hashOf(above.end), known[which].tip.id);
    }

    /// @dev Tries all: whoever lost forfeits, once.
    function forfeitAll() external {
        for (uint256 i = 1; i < known.length; ++i) {
            forfeitKnown(i);
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
            (uint256 left,) = registry.stakeOf(claimer);
            bondsPaid -= bond - left;
            expect(left == LINE_BOND * pendingLines(claimer), "not what no line needs left");
        } catch {
            expect(bond == LINE_BOND * pendingLines(claimer), "what no line needs did not leave");
        }
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

    /// @notice Lines that neither the confirmation of their last claim nor a forfeiture ended.
    function pendingLines(address claimer) public view returns (uint256 count) {
        for (uint256 i = 1; i < lines.length; ++i) {
            if (lines[i].claimer == claimer && !lines[i].ended) ++count;
        }
    }

    function expect(bool holds, string memory rule) private {
        if (!holds && bytes(violation).length == 0) violation = rule;
    }

    function actor(uint256 who) public pure returns (address) {
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
        uint256 earned = block.timestamp - claim_.madeAt - (pausedNow() - pausedAtClaim[which]);
        bool won =
            above.children == 1 ? earned >= WINDOW : winner[claim_.parent] == which && which != 0;
        try registry.confirm(claim_.tip.id, first, hashOf(claim_.tip.end)) {
            expect(!claim_.confirmed, "confirmed twice");
            expect(above.confirmed, "confirmed before its parent");
            expect(won, "confirmed against a rival or too early");
            known[which].confirmed = true;
            ++confirmations;
            if (!claim_.continued) endLine(claim_.line);
        } catch {
            bool right = !claim_.confirmed && above.confirmed && won;
            expect(!right, "a claim that won is not confirmed");
        }
    }

    function forfeitKnown(uint256 which) private {
        Known memory claim_ = known[which];
        Known memory above = known[claim_.parent];
        bytes32 first = firstHash(above.tip, claim_.words);
        uint256 best = winner[claim_.parent];
        bool lost = best != which && known[best].confirmed && best != 0 && !claim_.forfeited;
        bytes32 endHash = hashOf(claim_.tip.end);
        bytes32 aboveHash = hashOf(above.tip.end);
        vm.prank(address(factory));
        try registry.forfeit(above.tip.id, aboveHash, claim_.tip.batch, first, endHash, ALICE) {
            expect(lost, "forfeited without a loss");
            known[which].forfeited = true;
            bondsPaid -= LINE_BOND;
            endLine(claim_.line);
        } catch {
            expect(!lost, "a loser forfeits nothing");
        }
    }

    function endLine(uint256 line) private {
        expect(!lines[line].ended, "a line ended twice");
        lines[line].ended = true;
    }
}
