// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SuperchainConfig} from "../src/SuperchainConfig.sol";
import {ISuperchainConfig} from "../src/interfaces/ISuperchainConfig.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";

contract SuperchainConfigTest is GavelTest {
    function test_a_pause_begins_and_ends_by_itself() public {
        assertTrue(!superchainConfig.paused(), "not yet");
        vm.expectEmit(address(superchainConfig));
        emit ISuperchainConfig.Paused(START, START + 100);
        pause(100);
        assertTrue(superchainConfig.paused(), "now");
        vm.warp(START + 99);
        assertTrue(superchainConfig.paused(), "last second");
        vm.warp(START + 100);
        assertTrue(!superchainConfig.paused(), "over");
    }

    function test_time_is_counted_without_pauses() public {
        vm.warp(START + 10);
        pause(100);
        vm.warp(START + 60);
        assertEq(superchainConfig.unpausedSince(START), 10);
        vm.warp(START + 200);
        assertEq(superchainConfig.unpausedSince(START), 100);
        assertEq(superchainConfig.unpausedSince(START + 50), 90);
        assertEq(superchainConfig.unpausedSince(START + 150), 50);
    }

    function test_an_early_end_gives_the_rest_back() public {
        pause(1000);
        vm.warp(START + 30);
        vm.expectEmit(address(superchainConfig));
        emit ISuperchainConfig.Unpaused(START + 30);
        vm.prank(GUARDIAN);
        superchainConfig.unpause();
        assertTrue(!superchainConfig.paused(), "over");
        assertEq(superchainConfig.pauseSpent(), 30);
        vm.warp(START + 50);
        assertEq(superchainConfig.unpausedSince(START), 20);
    }

    function test_only_the_guardian_pauses() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ISuperchainConfig.NotGuardian.selector, ALICE));
        superchainConfig.pause(1);
    }

    function test_only_the_guardian_unpauses() public {
        pause(100);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ISuperchainConfig.NotGuardian.selector, ALICE));
        superchainConfig.unpause();
    }

    function test_a_pause_cannot_overlap() public {
        pause(100);
        vm.warp(START + 99);
        vm.prank(GUARDIAN);
        vm.expectRevert(
            abi.encodeWithSelector(ISuperchainConfig.AlreadyPaused.selector, START + 100)
        );
        superchainConfig.pause(1);
    }

    function test_what_is_not_paused_cannot_end() public {
        pause(100);
        vm.warp(START + 100);
        vm.prank(GUARDIAN);
        vm.expectRevert(ISuperchainConfig.NotPaused.selector);
        superchainConfig.unpause();
    }

    function test_a_pause_has_a_duration() public {
        vm.prank(GUARDIAN);
        vm.expectRevert(ISuperchainConfig.ZeroDuration.selector);
        superchainConfig.pause(0);
    }

    function test_all_pauses_together_are_bounded() public {
        pause(PAUSE_BUDGET - 5);
        vm.warp(START + PAUSE_BUDGET);
        vm.prank(GUARDIAN);
        vm.expectRevert(
            abi.encodeWithSelector(ISuperchainConfig.PauseBudgetExceeded.selector, 6, 5)
        );
        superchainConfig.pause(6);
        pause(5);
        assertEq(superchainConfig.pauseSpent(), PAUSE_BUDGET);
    }

    function test_there_is_a_guardian() public {
        vm.expectRevert(ISuperchainConfig.ZeroGuardian.selector);
        new SuperchainConfig(address(0), 1);
    }

    /// @notice Against a model that knows each second: random pauses, some ended early.
    function testFuzz_time_equals_a_count_of_seconds(uint256 seed) public {
        bool[256] memory pausedAt;
        uint256 second = 0;
        while (second < 200) {
            seed = uint256(keccak256(abi.encode(seed)));
            second += seed % 23;
            uint256 duration = 1 + (seed >> 32) % 31;
            vm.warp(START + second);
            pause(uint64(duration));
            uint256 lasts = (seed >> 64) & 1 == 1 ? duration / 2 : duration;
            for (uint256 i = 0; i < lasts; ++i) {
                if (second + i < 256) pausedAt[second + i] = true;
            }
            if (lasts != duration) {
                vm.warp(START + second + lasts);
                vm.prank(GUARDIAN);
                superchainConfig.unpause();
            }
            second += duration;
        }
        vm.warp(START + 300);
        uint256 count = 0;
        for (uint256 i = 0; i < 256; ++i) {
            assertEq(superchainConfig.pausedBefore(START + uint64(i)), count);
            if (pausedAt[i]) ++count;
        }
    }

    function pause(uint64 duration) private {
        vm.prank(GUARDIAN);
        superchainConfig.pause(duration);
    }
}
