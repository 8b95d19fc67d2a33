// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Deployer} from "../src/Deployer.sol";
import {IBatchRegistry} from "../src/interfaces/IBatchRegistry.sol";
import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {IDisputeGameFactory} from "../src/interfaces/IDisputeGameFactory.sol";
import {ClaimId} from "../src/types/ClaimId.sol";
import {GameTest} from "./base/GameTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice The one game of a contested parent, and what it is about.
contract GameFactoryTest is GameTest {
    View private lie;

    function setUp() public override {
        super.setUp();
        right = claimEnd(HONEST, TRUE_ROOT);
        lie = lieOf("lie", 777_777, 123_456);
    }

    function test_a_game_knows_what_it_is_about() public {
        claimEnd(CHEATER, lie.salt);
        vm.expectEmit(true, false, true, true, address(factory));
        emit IDisputeGameFactory.GameCreated(
            genesis.id, address(0), 1, hashOf(genesis.end), first, IMAGE
        );
        createGame();
        assertEq(factory.gameOf(genesis.id), address(game));
        (ClaimId parent, bytes32 end, bytes32 start, bytes32 image, uint64 batch, uint64 fixedAt) =
            game.contest();
        assertEq(ClaimId.unwrap(parent), ClaimId.unwrap(genesis.id));
        assertEq(end, hashOf(genesis.end));
        assertEq(start, first);
        assertEq(image, IMAGE);
        assertEq(batch, 1);
        assertEq(fixedAt, uint256(words[4]) / 1000);
        assertEq(game.clock(), block.timestamp - fixedAt);
    }

    function test_any_claim_on_the_parent_will_do() public {
        claimEnd(CHEATER, lie.salt);
        factory.create(genesis.id, hashOf(genesis.end), 1, first, lie.end, words, configWords);
    }

    function test_a_parent_has_one_game() public {
        claimEnd(CHEATER, lie.salt);
        createGame();
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGameFactory.GameExists.selector, address(game))
        );
        this.make(genesis.id, hashOf(genesis.end), 1, first, truth.end, words, configWords);
    }

    function test_only_contested_parents_have_games() public {
        bytes memory reason =
            abi.encodeWithSelector(IDisputeGameFactory.NotContested.selector, genesis.id);
        vm.expectRevert(reason);
        this.make(genesis.id, hashOf(genesis.end), 1, first, truth.end, words, configWords);
        claimEnd(CHEATER, lie.salt);
        vm.expectRevert(reason);
        this.make(genesis.id, "other", 1, first, truth.end, words, configWords);
    }

    function test_everything_that_a_game_is_made_of_is_proved() public {
        claimEnd(CHEATER, lie.salt);
        bytes32 parentEnd = hashOf(genesis.end);
        for (uint256 i = 0; i < 3; ++i) {
            (uint64 batch, bytes32 start, bytes32 end) =
                (i == 0 ? 2 : 1, i == 1 ? bytes32("x") : first, i == 2 ? bytes32("x") : truth.end);
            vm.expectPartialRevert(IDisputeGameFactory.UnknownClaim.selector);
            this.make(genesis.id, parentEnd, batch, start, end, words, configWords);
        }
        for (uint256 i = 0; i < 7; ++i) {
            bytes32[7] memory other = words;
            other[i] = "other";
            vm.expectPartialRevert(IBatchRegistry.BatchNotFixedSo.selector);
            this.make(genesis.id, parentEnd, 1, first, truth.end, other, configWords);
        }
        bytes32[32] memory config = configWords;
        config[2] = "another program";
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchRegistry.WrongConfiguration.selector, hashOf(config), words[6]
            )
        );
        this.make(genesis.id, parentEnd, 1, first, truth.end, words, config);
    }

    function test_only_the_parents_game_decides() public {
        claimEnd(CHEATER, lie.salt);
        createGame();
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGameFactory.NotAGame.selector, address(this))
        );
        factory.decide(genesis.id, hashOf(genesis.end), right.id);
        vm.prank(address(game));
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGameFactory.NotAGame.selector, address(game))
        );
        factory.decide(right.id, truth.end, right.id);
    }

    function test_the_code_that_games_run_decides_nothing_itself() public {
        claimEnd(CHEATER, lie.salt);
        createGame();
        IDisputeGame code = IDisputeGame(factory.implementation());
        assertTrue(address(code) != address(game), "no clone");
        vm.warp(block.timestamp + 10 * WINDOW);
        vm.expectRevert();
        code.resolve(truth.end, raisesOf(new Play[](0)));
    }

    function make(
        ClaimId parent,
        bytes32 parentEnd,
        uint64 batch,
        bytes32 start,
        bytes32 end,
        bytes32[7] calldata posted,
        bytes32[32] calldata config
    ) external {
        factory.create(parent, parentEnd, batch, start, end, posted, config);
    }
}
