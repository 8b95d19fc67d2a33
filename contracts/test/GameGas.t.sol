// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Link, Preimage, Raise, Seal} from "../src/types/Dispute.sol";
import {GameTest} from "./base/GameTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice What the moves of a contest cost as whole transactions with their calldata, from cold
/// storage, and a whole line of an honest challenger. The judge is the toy, with calldata as long
/// as the machine's; StepGasTest has what the real judge costs.
/// forge-config: default.isolate = true
contract GameGasTest is GameTest {
    /// @dev What the real judge of a step that reads a preimage executes: the transaction of
    /// StepGasTest, less the transaction itself and its 68 words of calldata.
    uint256 private constant JUDGE = 99_620 - 21_000 - 68 * 32 * 16;
    /// @dev The same of a step that permutes, which reads no preimage: less the transaction itself
    /// and its calldata, more what a state's registers cost there that are zeros in the toy's.
    uint256 private constant KECCAK_JUDGE = 196_393 - 21_000 - 33_484 + 1056;

    uint256 private total;
    /// @dev Of moves whose price differs a little from line to line, one line's is written down.
    bool private inDetail;
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
        answering(2);
    }

    function test_gas_line_in_which_the_honest_side_answers_and_shows_a_page() public {
        answering(128);
    }

    function test_gas_line_in_which_the_honest_side_answers_and_permutes() public {
        answering(0);
    }

    function test_gas_line_in_which_the_honest_side_is_answered_and_permutes() public {
        answered(0);
    }

    function test_gas_line_in_which_the_honest_side_is_answered() public {
        inDetail = true;
        answered(2);
    }

    function test_gas_line_in_which_the_honest_side_is_answered_and_shows_a_page() public {
        answered(128);
    }

    /// @param words_ of the preimage that the step reads: 2 of a tree's node, as nearly all that a
    /// unit reads, or 128 of a page of the batch's data, the longest; or 0: it is a keccak_f
    function answering(uint256 words_) private {
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
        bytes32[8] memory state = stateAt(truth, last.unit, last.key.position);
        game.step(last.key, state, noise(28), noise(32), preimage(words_));
        count(name("step", words_));
        finish(ours, theirs, name("line of an answering challenger", words_));
    }

    function answered(uint256 words_) private {
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
        lastStep(ours[7], theirs[7], words_);
        finish(ours, theirs, name("line of an answered challenger", words_));
    }

    function lastStep(Play memory ours, Play memory theirs, uint256 words_) private {
        Seal memory pair = pairOf(ours, theirs);
        Place memory last = childAt(ours, pair.index);
        bytes32[8] memory state = stateAt(truth, last.unit, last.key.position);
        uint256 bond = game.stakes().openBond;
        vm.prank(HONEST);
        game.sealAndStep{value: bond}(pair, state, noise(28), noise(32), preimage(words_));
        count(name("sealAndStep", words_));
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

    function preimage(uint256 words_) private returns (Preimage[] memory shown) {
        toy.setJudge(oracle, words_ == 0 ? KECCAK_JUDGE : JUDGE);
        if (words_ == 0) return shown;
        shown = new Preimage[](1);
        shown[0] = Preimage(0, abi.encodePacked(noise(words_)));
    }

    function name(string memory what, uint256 words_) private pure returns (string memory) {
        if (words_ == 2) return what;
        return string.concat(what, words_ == 0 ? ", a keccak_f" : ", with a page");
    }

    function finish(Play[] memory ours, Play[] memory theirs, string memory title) private {
        vm.warp(block.timestamp + WINDOW);
        Raise[] memory raises = raisesOf(ours);
        game.resolve(truth.end, raises);
        count("resolve with 8 raises");
        confirmWinner(truth.end);
        count("");
        vm.snapshotValue(title, total);
        assertTrue(total <= 2_500_000, "the honest line costs more than 2.5M gas");
        assertTrue(transactions <= 13, "more than 13 transactions");
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
        detail("settle of 8 links");
        factory.forfeit(genesis.id, hashOf(genesis.end), 1, first, theirs[0].end);
        detail("forfeit");
        vm.warp(block.timestamp + 1 days);
        vm.prank(HONEST);
        game.collect();
        detail("collect, the first");
    }

    function detail(string memory title) private {
        if (inDetail) vm.snapshotGasLastCall(title);
    }

    function count(string memory title) private {
        ++transactions;
        total += vm.lastCallGas().gasTotalUsed;
        if (bytes(title).length != 0) vm.snapshotGasLastCall(title);
    }

    function noise(uint256 length) private pure returns (bytes32[] memory filled) {
        filled = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) {
            filled[i] = keccak256(abi.encode(i));
        }
    }
}
