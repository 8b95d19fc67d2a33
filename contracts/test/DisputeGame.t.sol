// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchRegistry} from "../src/interfaces/IBatchRegistry.sol";
import {ClaimId} from "../src/types/ClaimId.sol";
import {GameTest} from "./base/GameTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Whole contests.
contract DisputeGameTest is GameTest {
    function test_a_contest_down_to_the_step() public {
        View memory lie = contest();
        (Play[] memory ours, Play[] memory theirs, Place memory last) = playDown(lie, 60);
        stepAs(HONEST, truth, last);
        vm.warp(block.timestamp + WINDOW);
        resolveFor(right, ours);
        assertEq(ClaimId.unwrap(game.winner()), ClaimId.unwrap(right.id));
        confirmWinner(hashOf(right.end));
        (ClaimId id,,) = registry.anchor();
        assertEq(ClaimId.unwrap(id), ClaimId.unwrap(right.id));
        theirs;
    }
}
