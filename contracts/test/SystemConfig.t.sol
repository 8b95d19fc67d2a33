// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SystemConfig} from "../src/SystemConfig.sol";
import {IInbox} from "../src/interfaces/IInbox.sol";
import {ISystemConfig} from "../src/interfaces/ISystemConfig.sol";
import {Market} from "../src/types/Market.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";

contract SystemConfigTest is GavelTest {
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

    function test_asset_capacity_covers_what_the_inbox_lists() public {
        bytes32[32] memory next = words(7);
        next[21] = bytes32(uint256(4095));
        refuse(
            next, abi.encodeWithSelector(ISystemConfig.AssetCapacityTooSmall.selector, next[21])
        );
        next[21] = bytes32(uint256(4096));
        announce(5, next);
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
        vm.prank(POSTER);
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
        vm.prank(POSTER);
        systemConfig.advanceTerm(2);
        vm.prank(POSTER);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfig.WrongTerm.selector, 2, 2));
        systemConfig.advanceTerm(2);
    }

    function test_data_modes_change() public {
        vm.prank(OWNER);
        systemConfig.setDataModes(1 << 0 | 1 << 2 | 1 << 3 | 1 << 4);
        (,, uint256 modes) = systemConfig.posting();
        assertEq(modes, 0x1d);
    }

    function test_blobs_and_unknown_modes_are_refused() public {
        vm.startPrank(OWNER);
        uint256[3] memory refused = [uint256(1 << 1), 1 << 5, 1 << 255];
        for (uint256 i = 0; i < 3; ++i) {
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
        systemConfig.createMarket(market());
        vm.expectRevert(reason);
        systemConfig.setMarketStatus(1, 1);
        vm.expectRevert(reason);
        systemConfig.setFeeAccount(1);
    }

    function test_a_market_is_a_message() public {
        bytes memory body = abi.encodePacked(
            hex"01", hex"00000001", hex"00000002", uint64(1_000_000), uint64(100)
        );
        body = bytes.concat(
            body,
            abi.encodePacked(uint32(100), uint32(450), uint64(1), uint64(5000)),
            "BTC-USDC",
            new bytes(8)
        );
        assertEq(body.length, 65);
        expectMessage(129, body);
        vm.prank(OWNER);
        systemConfig.createMarket(market());
    }

    function test_a_market_status_is_a_message() public {
        expectMessage(130, hex"0000000302");
        vm.prank(OWNER);
        systemConfig.setMarketStatus(3, 2);
    }

    function test_the_fee_account_is_a_message() public {
        expectMessage(131, hex"00000009");
        vm.prank(OWNER);
        systemConfig.setFeeAccount(9);
    }

    function test_a_market_makes_sense() public {
        Market[10] memory bad;
        for (uint256 i = 0; i < 10; ++i) {
            bad[i] = market();
        }
        bad[0].kind = 2;
        bad[1].base = 0;
        bad[2].quote = 0;
        bad[3].quote = bad[3].base;
        bad[4].basePerLot = 0;
        bad[5].quotePerTickLot = 0;
        bad[6].minLots = 0;
        bad[7].minLots = bad[7].maxLots + 1;
        bad[8].maxLots = 1 << 48;
        bad[9].kind = 0;
        vm.startPrank(OWNER);
        for (uint256 i = 0; i < 10; ++i) {
            vm.expectRevert(ISystemConfig.InvalidMarket.selector);
            systemConfig.createMarket(bad[i]);
        }
    }

    function test_a_market_status_exists() public {
        vm.startPrank(OWNER);
        for (uint8 status = 0; status < 4; status += 3) {
            vm.expectRevert(
                abi.encodeWithSelector(ISystemConfig.InvalidMarketStatus.selector, status)
            );
            systemConfig.setMarketStatus(1, status);
        }
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

    function announce(uint64 start, bytes32[32] memory w) private {
        vm.prank(OWNER);
        systemConfig.announceConfiguration(start, w);
    }

    function refuse(bytes32[32] memory w, bytes memory reason) private {
        vm.prank(OWNER);
        vm.expectRevert(reason);
        systemConfig.announceConfiguration(5, w);
    }

    function expectMessage(uint8 kind, bytes memory body) private {
        bytes memory header = abi.encodePacked(
            kind,
            uint64(1),
            address(systemConfig),
            uint64(block.number),
            uint64(block.timestamp * 1000)
        );
        vm.expectEmit(address(inbox));
        emit IInbox.MessageAdded(1, bytes.concat(header, body));
    }

    function market() private pure returns (Market memory) {
        return Market({
            kind: 1,
            base: 1,
            quote: 2,
            basePerLot: 1_000_000,
            quotePerTickLot: 100,
            makerFeePpm: 100,
            takerFeePpm: 450,
            minLots: 1,
            maxLots: 5000,
            symbol: "BTC-USDC"
        });
    }
}
