// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DisputeGame} from "../../src/DisputeGame.sol";
import {ClaimId} from "../../src/types/ClaimId.sol";
import {Assertions} from "../base/Assertions.sol";
import {ContestHandler} from "./ContestHandler.sol";
import {InvariantTargets} from "./InvariantTargets.sol";

/// forge-config: default.invariant.runs = 12
/// forge-config: default.invariant.depth = 40
contract ContestInvariants is Assertions, InvariantTargets {
    ContestHandler private handler;
    DisputeGame private game;

    function setUp() public {
        handler = new ContestHandler();
        game = handler.theGame();
        target(address(handler), ContestHandler.rivalBatch.selector);
        target(address(handler), ContestHandler.attack.selector);
        target(address(handler), ContestHandler.wait.selector);
        target(address(handler), ContestHandler.pause.selector);
        target(address(handler), ContestHandler.judge.selector);
        target(address(handler), ContestHandler.finish.selector);
    }

    /// @notice No wrong end wins, the right one does in time, nobody is paid what is not due.
    function invariant_no_rule_is_broken() public view {
        assertEq(bytes(handler.violation()), "");
    }

    function invariant_only_the_right_end_is_decided_for() public view {
        bytes32 winner = ClaimId.unwrap(game.winner());
        assertTrue(winner == 0 || winner == ClaimId.unwrap(handler.rightId()), "another end won");
    }

    function invariant_bonds_are_collected_or_there() public view {
        assertEq(address(game).balance + handler.paidOut(), handler.paidIn());
    }
}
