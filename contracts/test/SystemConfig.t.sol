// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SystemConfig} from "../src/SystemConfig.sol";
import {ISystemConfig} from "../src/interfaces/ISystemConfig.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";

contract SystemConfigTest is GavelTest {
    /// @dev Of the first configuration.
    uint256 private constant AGE = 172_800_000;

    function test_a_configuration_holds_from_its_batch_on() public {
        bytes32[32] memory next = words(7);
        bytes32 hash = keccak256(abi.encode(next));
        vm.expectEmit(address(systemConfig));
        emit ISystemConfig.ConfigurationAnnounced(5, hash, next);
        announce(5, next);
        assertTrue(systemConfig.configHash(4) != hash, "before");
        assertEq(systemConfig.configHash(5), hash);
        assertEq(systemConfig.configHash(1_000_000), hash);
        (uint64 start, bytes32[32] memory stored) = systemConfig.configuration(9);
        assertEq(start, 5);
        assertEq(keccak256(abi.encode(stored)), hash);
    }

    /// forge-config: default.fuzz.runs = 48
    function testFuzz_each_batch_finds_its_configuration(uint256 seed) public {
        uint64 start = 1;
        bytes32[64] memory expected;
        for (uint256 i = 0; i < 64; ++i) {
            expected[i] = systemConfig.configHash(0);
        }
        for (uint256 n = 1; n < 12; ++n) {
            start += uint64(1 + seed % 4);
            seed = uint256(keccak256(abi.encode(seed)));
            announce(start, words(n));
            for (uint256 i = start; i < 64; ++i) {
                expected[i] = keccak256(abi.encode(words(n)));
            }
        }
        for (uint64 i = 0; i < 64; ++i) {
            assertEq(systemConfig.configHash(i), expected[i]);
        }
    }

    function test_an_announcement_can_be_replaced() public {
        announce(5, words(7));
        announce(5, words(8));
        assertEq(systemConfig.configHash(5), keccak256(abi.encode(words(8))));
        assertTrue(systemConfig.configHash(4) != systemConfig.configHash(5), "before");
    }

    function test_a_fixed_batch_keeps_its_configuration() public {
        fix();
        bytes32[32] memory next = words(7);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfig.StartsTooEarly.selector, 1, 2));
        systemConfig.announceConfiguration(1, next);
        announce(2, next);
    }

    function test_announcements_come_in_order() public {
        announce(9, words(7));
        bytes32[32] memory next = words(8);
        vm.prank(OWNER);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfig.StartsTooEarly.selector, 8, 9));
        systemConfig.announceConfiguration(8, next);
    }

    function test_version_is_checked() public {
        bytes32[32] memory next = words(7);
        next[0] = bytes32(uint256(2));
        refuse(next, abi.encodeWithSelector(ISystemConfig.UnsupportedVersion.selector, next[0]));
    }

    function test_verifying_contract_is_checked() public {
        bytes32[32] memory next = words(7);
        next[3] = bytes32(uint256(1));
        refuse(
            next,
            abi.encodeWithSelector(
                ISystemConfig.WrongVerifyingContract.selector, next[3], address(portal)
            )
        );
    }

    function test_past_window_is_checked() public {
        bytes32[32] memory next = words(7);
        next[4] = bytes32(uint256(SEQUENCING_WINDOW) * 1000 - 1);
        refuse(next, abi.encodeWithSelector(ISystemConfig.PastWindowTooShort.selector, next[4]));
        next[4] = bytes32(uint256(SEQUENCING_WINDOW) * 1000);
        announce(5, next);
    }

    function test_a_program_is_named() public {
        bytes32[32] memory next = words(7);
        next[2] = 0;
        refuse(next, abi.encodeWithSelector(ISystemConfig.NoImage.selector));
        next[2] = bytes32(uint256(1));
        announce(5, next);
    }

    function test_asset_capacity_covers_what_the_inbox_lists() public {
        bytes32[32] memory next = words(7);
        next[21] = bytes32(uint256(4095));
        refuse(
            next, abi.encodeWithSelector(ISystemConfig.AssetCapacityTooSmall.selector, next[21])
        );
        next[21] = bytes32(uint256(4096));
        announce(5, next);
    }

    function test_market_capacity_covers_what_is_created() public {
        bytes32[32] memory next = words(7);
        next[18] = bytes32(uint256(4095));
        refuse(
            next, abi.encodeWithSelector(ISystemConfig.MarketCapacityTooSmall.selector, next[18])
        );
        next[18] = bytes32(uint256(4096));
        announce(5, next);
    }

    function test_the_nonce_age_only_shrinks() public {
        announceAge(5, AGE);
        refuseAge(5, AGE + 1, AGE);
        refuseAge(5, type(uint256).max, AGE);
        announceAge(6, AGE - 1);
        refuseAge(7, AGE, AGE - 1);
        announceAge(7, 0);
        refuseAge(8, 1, 0);
    }

    /// @notice What is replaced was in force for no batch; what is not replaced will be.
    function test_a_nonce_age_that_was_announced_too_small_can_be_replaced() public {
        announceAge(5, AGE - 5);
        announceAge(7, 10);
        announceAge(7, 12);
        refuseAge(7, AGE - 4, AGE - 5);
        announceAge(7, AGE - 5);
        refuseAge(8, AGE - 4, AGE - 5);
        assertEq(systemConfig.configHash(7), keccak256(abi.encode(aged(AGE - 5))));
    }

    /// @notice The batch that is next can be configured anew, but not above the one before it.
    function test_the_nonce_age_of_the_next_batch_follows_the_last() public {
        announceAge(1, AGE - 1);
        announceAge(1, AGE);
        announceAge(1, AGE - 1);
        fix();
        refuseAge(2, AGE, AGE - 1);
        announceAge(2, AGE - 1);
    }

    /// @notice Whatever is announced, no batch has a larger nonce age than the batch before it.
    function testFuzz_the_nonce_age_never_grows(uint256 seed) public {
        for (uint256 i = 0; i < 16; ++i) {
            bytes32[32] memory next = aged(AGE + 8 - seed % 16);
            vm.prank(OWNER);
            try systemConfig.announceConfiguration(uint64(1 + (seed >> 8) % 20), next) {} catch {}
            seed = uint256(keccak256(abi.encode(seed)));
        }
        uint256 last = AGE;
        for (uint64 batch = 0; batch < 24; ++batch) {
            (, bytes32[32] memory w) = systemConfig.configuration(batch);
            assertTrue(uint256(w[6]) <= last, "grown");
            last = uint256(w[6]);
        }
    }

    function test_reserved_words_are_checked() public {
        for (uint256 word = 26; word < 32; ++word) {
            bytes32[32] memory next = words(7);
            next[word] = bytes32(uint256(1));
            refuse(next, abi.encodeWithSelector(ISystemConfig.ReservedWordNotZero.selector, word));
        }
    }

    function test_a_new_poster_gets_a_new_term() public {
        vm.expectEmit(address(systemConfig));
        emit ISystemConfig.PosterChanged(ALICE, 2);
        vm.prank(OWNER);
        systemConfig.setPoster(ALICE);
        (address poster, uint64 term,) = systemConfig.posting();
        assertEq(poster, ALICE);
        assertEq(term, 2);
    }

    function test_there_is_a_poster() public {
        vm.prank(OWNER);
        vm.expectRevert(ISystemConfig.ZeroAddress.selector);
        systemConfig.setPoster(address(0));
    }

    function test_poster_and_owner_advance_the_term() public {
        vm.prank(POSTER, POSTER);
        systemConfig.advanceTerm(2);
        vm.prank(OWNER);
        systemConfig.advanceTerm(3);
        (address poster, uint64 term,) = systemConfig.posting();
        assertEq(poster, POSTER);
        assertEq(term, 3);
    }

    function test_only_they_advance_the_term() public {
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfig.NotPosterOrOwner.selector, ALICE));
        systemConfig.advanceTerm(2);
    }

    function test_of_two_replicas_one_takes_over() public {
        vm.prank(POSTER, POSTER);
        systemConfig.advanceTerm(2);
        vm.prank(POSTER, POSTER);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfig.WrongTerm.selector, 2, 2));
        systemConfig.advanceTerm(2);
    }

    function test_data_modes_change() public {
        vm.prank(OWNER);
        systemConfig.setDataModes(1 << 0);
        (,, uint256 modes) = systemConfig.posting();
        assertEq(modes, 1);
    }

    /// @notice Blobs, alt-DA, a committee, and what is unknown; alone or beside calldata.
    function test_modes_that_nobody_reads_are_refused() public {
        vm.startPrank(OWNER);
        uint256[6] memory refused = [uint256(1 << 1), 1 << 2, 1 << 3, 1 << 5, 1 << 255, 0x1d];
        for (uint256 i = 0; i < 6; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ISystemConfig.UnsupportedModes.selector, refused[i])
            );
            systemConfig.setDataModes(refused[i]);
        }
    }

    function test_the_local_directory_is_not_for_mainnet() public {
        vm.chainId(1);
        vm.startPrank(OWNER);
        systemConfig.setDataModes(1);
        vm.expectRevert(ISystemConfig.LocalModeOnMainnet.selector);
        systemConfig.setDataModes(1 << 4);
    }

    function test_ownership_moves_in_two_steps() public {
        vm.expectEmit(address(systemConfig));
        emit ISystemConfig.OwnershipTransferStarted(OWNER, ALICE);
        vm.prank(OWNER);
        systemConfig.transferOwnership(ALICE);
        assertEq(systemConfig.owner(), OWNER);
        vm.expectEmit(address(systemConfig));
        emit ISystemConfig.OwnershipTransferred(OWNER, ALICE);
        vm.prank(ALICE);
        systemConfig.acceptOwnership();
        assertEq(systemConfig.owner(), ALICE);
        assertEq(systemConfig.pendingOwner(), address(0));
    }

    function test_only_the_named_accepts_ownership() public {
        vm.prank(OWNER);
        systemConfig.transferOwnership(ALICE);
        vm.prank(BOB);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfig.NotPendingOwner.selector, BOB));
        systemConfig.acceptOwnership();
    }

    function test_strangers_decide_nothing() public {
        bytes32[32] memory next = words(7);
        bytes memory reason = abi.encodeWithSelector(ISystemConfig.NotOwner.selector, ALICE);
        vm.startPrank(ALICE);
        vm.expectRevert(reason);
        systemConfig.announceConfiguration(5, next);
        vm.expectRevert(reason);
        systemConfig.setPoster(ALICE);
        vm.expectRevert(reason);
        systemConfig.setDataModes(1);
        vm.expectRevert(reason);
        systemConfig.transferOwnership(ALICE);
        vm.expectRevert(reason);
        systemConfig.setMarketStatus(1, 1);
        vm.expectRevert(reason);
        systemConfig.setFeeAccount(1);
    }

    function test_the_constructor_checks_its_arguments() public {
        bytes32[32] memory first = words(1);
        vm.expectRevert(ISystemConfig.ZeroAddress.selector);
        construct(address(0), SEQUENCING_WINDOW, first);
        vm.expectRevert(
            abi.encodeWithSelector(ISystemConfig.SequencingWindowOutOfRange.selector, 0)
        );
        construct(OWNER, 0, first);
        vm.expectRevert(
            abi.encodeWithSelector(ISystemConfig.SequencingWindowOutOfRange.selector, 86_401)
        );
        construct(OWNER, 86_401, first);
        construct(OWNER, 86_400, first);
        first[0] = 0;
        vm.expectRevert(
            abi.encodeWithSelector(ISystemConfig.UnsupportedVersion.selector, bytes32(0))
        );
        construct(OWNER, SEQUENCING_WINDOW, first);
    }

    function construct(address owner, uint64 window, bytes32[32] memory first) private {
        new SystemConfig(
            owner, POSTER, window, 1, address(inbox), address(batchInbox), address(portal), first
        );
    }

    function words(uint256 seed) private view returns (bytes32[32] memory w) {
        (, w) = systemConfig.configuration(0);
        w[8] = bytes32(seed);
    }

    function aged(uint256 age) private view returns (bytes32[32] memory w) {
        w = words(7);
        w[6] = bytes32(age);
    }

    function announceAge(uint64 start, uint256 age) private {
        announce(start, aged(age));
    }

    function refuseAge(uint64 start, uint256 age, uint256 previous) private {
        bytes32[32] memory next = aged(age);
        vm.prank(OWNER);
        vm.expectRevert(
            abi.encodeWithSelector(ISystemConfig.NonceAgeGrows.selector, age, previous)
        );
        systemConfig.announceConfiguration(start, next);
    }

    function announce(uint64 start, bytes32[32] memory w) private {
        vm.prank(OWNER);
        systemConfig.announceConfiguration(start, w);
    }

    function refuse(bytes32[32] memory w, bytes memory reason) private {
        vm.prank(OWNER);
        vm.expectRevert(reason);
        systemConfig.announceConfiguration(5, w);
    }
}
