// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchRegistry} from "../src/BatchRegistry.sol";
import {Deployer} from "../src/Deployer.sol";
import {DisputeGame} from "../src/DisputeGame.sol";
import {StepVerifier} from "../src/StepVerifier.sol";
import {SuperchainConfig} from "../src/SuperchainConfig.sol";
import {ILanes} from "../src/interfaces/ILanes.sol";
import {ISuperchainConfig} from "../src/interfaces/ISuperchainConfig.sol";
import {Lane} from "../src/types/Dispute.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";

contract DeployerTest is GavelTest {
    function test_everything_is_found_from_the_registry() public view {
        assertEq(registry.batchInbox(), address(batchInbox));
        assertEq(registry.inbox(), address(inbox));
        assertEq(registry.systemConfig(), address(systemConfig));
        assertEq(registry.superchainConfig(), address(superchainConfig));
        assertEq(registry.portal(), address(portal));
        assertEq(registry.deploymentBlock(), 1000);
        assertEq(deployer.registry(), address(registry));
        assertEq(deployer.portal(), address(portal));
    }

    function test_contracts_know_each_other() public view {
        assertEq(systemConfig.inbox(), address(inbox));
        assertEq(systemConfig.batchInbox(), address(batchInbox));
        assertEq(inbox.systemConfig(), address(systemConfig));
        assertEq(inbox.portal(), address(portal));
        assertEq(batchInbox.systemConfig(), address(systemConfig));
        assertEq(batchInbox.inbox(), address(inbox));
        assertEq(portal.inbox(), address(inbox));
        assertEq(portal.registry(), address(registry));
        assertEq(portal.superchainConfig(), address(superchainConfig));
    }

    function test_the_court_is_found_from_the_registry() public view {
        assertEq(registry.resolver(), address(factory));
        assertEq(factory.registry(), address(registry));
        DisputeGame game = DisputeGame(payable(factory.implementation()));
        assertEq(game.registry(), address(registry));
        assertEq(game.factory(), address(factory));
        assertEq(game.superchainConfig(), address(superchainConfig));
        assertEq(game.stepVerifier(), stepVerifier);
        assertEq(address(StepVerifier(stepVerifier).oracle()), address(oracle));
    }

    function test_stakes_and_lanes_arrive() public {
        Deployer.Settings memory settings = defaultSettings();
        settings.lane0 = Lane(address(0x1A0), 3 days);
        settings.lane1 = Lane(address(0x1A1), 4 days);
        deployChain(settings);
        DisputeGame game = DisputeGame(payable(factory.implementation()));
        assertEq(
            keccak256(abi.encode(game.stakes())), keccak256(abi.encode(defaultSettings().stakes))
        );
        for (uint256 i = 0; i < 2; ++i) {
            Lane memory lane = i == 0 ? settings.lane0 : settings.lane1;
            assertEq(keccak256(abi.encode(game.lane(i))), keccak256(abi.encode(lane)));
            assertEq(keccak256(abi.encode(registry.lane(i))), keccak256(abi.encode(lane)));
        }
        vm.expectRevert(abi.encodeWithSelector(ILanes.UnknownLane.selector, 2));
        game.lane(2);
    }

    function test_a_lane_is_worth_no_more_than_the_window() public {
        Deployer.Settings memory settings = defaultSettings();
        settings.lane1 = Lane(address(0x1A1), WINDOW + 1);
        Deployer other = new Deployer(settings);
        other.deploy(type(SuperchainConfig).creationCode);
        for (uint256 part = 1; part < 4; ++part) {
            other.deploy(emptyContract());
        }
        vm.expectRevert(abi.encodeWithSelector(ILanes.CreditAboveWindow.selector, 1, WINDOW + 1));
        other.deploy(type(BatchRegistry).creationCode);
    }

    function test_settings_arrive() public view {
        assertEq(systemConfig.owner(), OWNER);
        assertEq(superchainConfig.guardian(), GUARDIAN);
        assertEq(superchainConfig.pauseBudget(), PAUSE_BUDGET);
        assertEq(systemConfig.sequencingWindow(), SEQUENCING_WINDOW);
        assertEq(inbox.sequencingWindow(), SEQUENCING_WINDOW);
        assertEq(registry.resolver(), address(factory));
        assertEq(registry.window(), WINDOW);
        assertEq(registry.lineBond(), LINE_BOND);
        assertEq(portal.payoutDelay(), PAYOUT_DELAY);
        (address poster, uint64 term, uint256 modes) = systemConfig.posting();
        assertEq(poster, POSTER);
        assertEq(term, TERM);
        assertEq(modes, 0x11);
    }

    function test_the_configuration_names_the_portal() public view {
        (uint64 start, bytes32[32] memory words) = systemConfig.configuration(1);
        assertEq(start, 0);
        assertEq(words[3], bytes32(uint256(uint160(address(portal)))));
        assertEq(words[1], bytes32(uint256(31_337)));
        assertEq(systemConfig.configHash(1), keccak256(abi.encode(words)));
    }

    function test_deployment_is_announced_with_the_last_contract() public {
        Deployer other = new Deployer(defaultSettings());
        other.deploy(type(SuperchainConfig).creationCode);
        for (uint256 part = 1; part < 9; ++part) {
            other.deploy(emptyContract());
        }
        address last = other.addressOf(9);
        vm.expectEmit(address(other));
        emit Deployer.Deployed(
            other.addressOf(4),
            other.addressOf(5),
            other.addressOf(2),
            other.addressOf(3),
            other.addressOf(1),
            other.addressOf(0)
        );
        assertEq(other.deploy(emptyContract()), last);
    }

    function test_only_the_creator_deploys() public {
        Deployer other = new Deployer(defaultSettings());
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(Deployer.NotCreator.selector, ALICE));
        other.deploy(emptyContract());
    }

    function test_there_is_no_eleventh_contract() public {
        vm.expectRevert(Deployer.AllDeployed.selector);
        deployer.deploy(emptyContract());
    }

    function test_a_constructor_that_refuses_is_heard() public {
        Deployer.Settings memory settings = defaultSettings();
        settings.guardian = address(0);
        Deployer other = new Deployer(settings);
        vm.expectRevert(ISuperchainConfig.ZeroGuardian.selector);
        other.deploy(type(SuperchainConfig).creationCode);
        assertEq(other.deployed(), 0);
    }

    function test_a_silent_failure_is_named() public {
        Deployer other = new Deployer(defaultSettings());
        vm.expectRevert(abi.encodeWithSelector(Deployer.CreationFailed.selector, 0));
        other.deploy(hex"60006000fd");
    }

    /// @dev Creation code of a contract of one byte.
    function emptyContract() private pure returns (bytes memory) {
        return hex"6001600c60003960016000f300";
    }
}
