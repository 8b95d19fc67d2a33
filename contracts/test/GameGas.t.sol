// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Link, Raise, Seal} from "../src/types/Dispute.sol";
import {GameTest} from "./base/GameTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice What the moves of a contest cost as whole transactions with their calldata, from cold
/// storage, and a whole line of an honest challenger. The judge is the toy, with calldata as long
/// as the machine's; StepGasTest has what the real judge costs.
/// forge-config: default.isolate = true
contract GameGasTest is GameTest {
    /// @dev What the real judge of a step that reads a preimage executes: the transaction of
    /// StepGasTest, less what is counted here already, a transaction and 68 words of calldata.
    uint256 private constant JUDGE = 99_620 - 21_000 - 68 * 32 * 16;

    uint256 private total;
    uint256 private transactions;

    function test_gas_moves() public {
        View memory lie = contest();
        vm.snapshotGasLastCall("create");
        Play memory ours = postAs(HONEST, play(truth, rootPlace()));
        vm.snapshotGasLastCall("claim, the first for an end in the root");
        Play memory theirs = postAs(CHEATER, play(lie, rootPlace()));
        Place memory child = sealAs(HONEST, ours, theirs);
        vm.snapshotGasLastCall("seal");
        Play memory below = postAs(HONEST, play(truth, child));
        vm.snapshotGasLastCall("claim");
        below;
        proveSettling(lie);
    }

    function proveSettling(View memory lie) private {
        View memory other = lieOf("other", 333_333, 55);
        claimEnd(BOB, other.salt);
        other.end = lie.end; // a second list for the same end
        (Play[] memory ours, Play[] memory theirs) = (new Play[](8), new Play[](8));
        Place memory last = rootPlace();
        for (uint256 level = 0; level < 8; ++level) {
            theirs[level] = postAs(CHEATER, play(other, last));
            ours[level] = play(truth, last);
            if (level == 0) last = sealAs(HONEST, ours[0], theirs[0]);
            else last = postAndSealAs(HONEST, ours[level], theirs[level]);
        }
        stepAs(HONEST, truth, last);
        vm.warp(block.timestamp + WINDOW);
        Raise[] memory raises = raisesOf(ours);
        game.raise(raises);
        vm.snapshotGasLastCall("raise of 8 levels");
    }

    function test_gas_line_in_which_the_honest_side_answers() public {
        View memory lie = rival();
        (Play[] memory ours, Play[] memory theirs) = (new Play[](8), new Play[](8));
        Place memory last = rootPlace();
        for (uint256 level = 0; level < 8; ++level) {
            theirs[level] = postAs(CHEATER, play(lie, last));
            ours[level] = play(truth, last);
            last = postAndSealAs(HONEST, ours[level], theirs[level]);
            count("");
            if (level == 0) vm.snapshotGasLastCall("claimAndSeal, the first for an end");
            if (level == 1) vm.snapshotGasLastCall("claimAndSeal");
            if (level == 4) vm.snapshotGasLastCall("claimAndSeal of a run");
        }
        preimage();
        game.step(last.key, stateAt(truth, last.unit, last.key.position), noise(28), noise(32));
        count("step without its judge");
        finish(ours, theirs, "line of an answering challenger");
    }

    function test_gas_line_in_which_the_honest_side_is_answered() public {
        View memory lie = rival();
        (Play[] memory ours, Play[] memory theirs) = (new Play[](8), new Play[](8));
        ours[0] = postAs(HONEST, play(truth, rootPlace()));
        count("");
        for (uint256 level = 0; level < 7; ++level) {
            theirs[level] = postAs(CHEATER, play(lie, ours[level].place));
            Seal memory pair = pairOf(ours[level], theirs[level]);
            ours[level + 1] = play(truth, childAt(ours[level], pair.index));
            uint256 bond = game.stakes().claimBond + game.stakes().openBond;
            vm.prank(HONEST);
            game.sealAndClaim{value: bond}(pair, ours[level + 1].list, ours[level + 1].run);
            count("");
            if (level == 1) vm.snapshotGasLastCall("sealAndClaim");
        }
        theirs[7] = postAs(CHEATER, play(lie, ours[7].place));
        preimage();
        lastStep(ours[7], theirs[7]);
        finish(ours, theirs, "line of an answered challenger");
    }

    function lastStep(Play memory ours, Play memory theirs) private {
        Seal memory pair = pairOf(ours, theirs);
        Place memory last = childAt(ours, pair.index);
        bytes32[8] memory state = stateAt(truth, last.unit, last.key.position);
        uint256 bond = game.stakes().openBond;
        vm.prank(HONEST);
        game.sealAndStep{value: bond}(pair, state, noise(28), noise(32));
        count("sealAndStep without its judge");
    }

    /// @dev The cheater claims first; the honest side's rival and the game.
    function rival() private returns (View memory lie) {
        lie = lieOf("lie", 777_777, 123_456);
        claimEnd(CHEATER, lie.salt);
        right = claimEnd(HONEST, TRUE_ROOT);
        count("rival claim of a batch");
        createGame();
        count("");
    }

    /// @dev Two siblings, as nearly every preimage that a unit reads. The longest, 4 KiB, costs
    /// what StepGasTest says.
    function preimage() private {
        oracle.load(abi.encodePacked(noise(2)), 0);
        count("");
    }

    function finish(Play[] memory ours, Play[] memory theirs, string memory name) private {
        vm.warp(block.timestamp + WINDOW);
        Raise[] memory raises = raisesOf(ours);
        game.resolve(truth.end, raises);
        count("resolve with 8 raises");
        confirmWinner(truth.end);
        count("");
        total += JUDGE;
        vm.snapshotValue(name, total);
        assertTrue(total <= 2_500_000, "the honest line costs more than 2.5M gas");
        assertTrue(transactions <= 14, "more than 14 transactions");
        settle(ours, theirs);
    }

    function settle(Play[] memory ours, Play[] memory theirs) private {
        game.settleRoot(ours[0].root);
        Link[] memory links = new Link[](8);
        for (uint256 i = 0; i < 8; ++i) {
            uint256 k = pairOf(ours[i], theirs[i]).index;
            links[i] = linkOf(ours[i], k, i == 7 ? bytes32(0) : ours[i + 1].root);
        }
        game.settle(links);
        vm.snapshotGasLastCall("settle of 8 links");
        factory.forfeit(genesis.id, hashOf(genesis.end), 1, first, theirs[0].end);
        vm.snapshotGasLastCall("forfeit");
        vm.warp(block.timestamp + 1 days);
        vm.prank(HONEST);
        game.collect();
        vm.snapshotGasLastCall("collect, the first");
    }

    function count(string memory name) private {
        ++transactions;
        total += vm.lastCallGas().gasTotalUsed;
        if (bytes(name).length != 0) vm.snapshotGasLastCall(name);
    }

    function noise(uint256 length) private pure returns (bytes32[] memory filled) {
        filled = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) {
            filled[i] = keccak256(abi.encode(i));
        }
    }
}
