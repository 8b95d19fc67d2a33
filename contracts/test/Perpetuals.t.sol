// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {ISystemConfig} from "../src/interfaces/ISystemConfig.sol";
import {Market} from "../src/types/Market.sol";
import {Perpetual} from "../src/types/Perpetual.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {Field, PerpetualModel} from "./base/PerpetualModel.sol";
import {vm} from "./base/Vm.sol";
import {PlainToken} from "./tokens/TestTokens.sol";

/// @notice Perpetual markets. Three assets are listed.
contract PerpetualsTest is GavelTest {
    using PerpetualModel for Perpetual;

    uint64 private constant ALL = type(uint64).max;

    function setUp() public override {
        super.setUp();
        list(address(0));
        list(address(new PlainToken("USDC", 6)));
        list(address(new PlainToken("BTC", 8)));
    }

    /// @notice The body as docs/protocol/l1.md lists it.
    function test_a_perpetual_market_is_a_message() public {
        bytes memory body = abi.encodePacked(
            uint32(2), uint64(4), uint32(100), uint32(450), uint64(10), uint64(1000), uint64(50)
        );
        body = abi.encodePacked(
            body, uint64(1 << 20), uint32(1 << 20), uint32(10_000), uint32(24_850), uint32(9_000)
        );
        body = abi.encodePacked(
            body, uint8(3), uint64(1e6), uint32(50_000), uint64(1e9), uint32(100_000)
        );
        body = abi.encodePacked(body, ALL, uint32(200_000), new bytes(12), "ETH-PERP", bytes8(0));
        assertEq(body.length, 133);
        expectMessage(132, body);
        admit(PerpetualModel.example());
        assertEq(systemConfig.marketCount(), 1);
        assertEq(systemConfig.collateralAsset(), 2);
    }

    /// @notice Each number in its place and of its width: all bytes of the body differ from their
    /// neighbours, in the most tiers.
    function test_the_fullest_perpetual_market() public {
        Perpetual memory p = PerpetualModel.example();
        p.makerFeePpm = 0x0102;
        p.takerFeePpm = 0x0304;
        p.minLots = 0x05060708;
        p.maxLots = 0x090a0b0c0d;
        p.impactLots = 0x0e0f101112;
        p.maxPositionLots = 0x1314151617;
        p.quotePerTickLot = 3;
        p.maxPriceTicks = 0x1b;
        p.oracleMaxAgeMs = 0x1c1d1e;
        p.bandPpm = 0x2021;
        p.liquidationFeePpm = 0x2223;
        p.tierCount = 4;
        for (uint256 i = 0; i < 4; ++i) {
            p.tiers[i].upTo = i == 3 ? ALL : uint64(0x2425262728292a2b + (i << 60));
            p.tiers[i].initialPpm = uint32(0x030405 + (i << 8));
        }
        bytes memory body = abi.encodePacked(
            hex"00000002000000000000000300000102000003040000000005060708000000090a0b0c0d",
            hex"0000000e0f10111200000013141516170000001b001c1d1e0000202100002223",
            hex"042425262728292a2b000304053425262728292a2b00030505",
            hex"4425262728292a2b00030605ffffffffffffffff00030705",
            bytes16("ETH-PERP")
        );
        assertEq(body.length, 133);
        expectMessage(132, body);
        admit(p);
    }

    function test_perpetual_markets_that_layer_2_would_refuse() public {
        refuse(Field.Quote, 0);
        refuse(Field.Quote, 4);
        refuse(Field.QuotePerTickLot, 0);
        refuse(Field.MakerFee, 100_001);
        refuse(Field.TakerFee, 100_001);
        refuse(Field.LiquidationFee, 100_001);
        refuse(Field.MinLots, 0);
        refuse(Field.MinLots, 1001);
        refuse(Field.MaxLots, 9);
        refuse(Field.MaxLots, (1 << 20) + 1);
        refuse(Field.ImpactLots, 0);
        refuse(Field.ImpactLots, (1 << 20) + 1);
        refuse(Field.MaxPosition, 999);
        refuse(Field.MaxPrice, 0);
        refuse(Field.OracleAge, 0);
        refuse(Field.OracleAge, 3_600_001);
        refuse(Field.Band, 0);
        refuse(Field.Band, 24_851);
        refuse(Field.MakerFee, 101);
        refuse(Field.Band, 1 << 31);
        assertEq(systemConfig.marketCount(), 0);
        assertEq(systemConfig.collateralAsset(), 0);
        assertEq(inbox.messageCount(), 3);
    }

    function test_tiers_that_layer_2_would_refuse() public {
        refuse(Field.TierCount, 0);
        refuse(Field.TierCount, 2);
        refuse(Field.TierCount, 4);
        refuse(Field.TierCount, 5);
        refuse(Field.UpTo0, 0);
        refuse(Field.UpTo0, 1e9);
        refuse(Field.UpTo1, 1e6);
        refuse(Field.UpTo1, ALL);
        refuse(Field.UpTo2, ALL - 1);
        refuse(Field.UpTo3, 1);
        refuse(Field.UpTo3, ALL);
        refuse(Field.Ppm0, 100_001);
        refuse(Field.Ppm0, 49_999);
        refuse(Field.Ppm1, 49_999);
        refuse(Field.Ppm1, 200_001);
        refuse(Field.Ppm2, 99_999);
        refuse(Field.Ppm2, 1_000_001);
        refuse(Field.Ppm3, 1);
        // Nothing but the first margin is too low.
        Perpetual memory p = PerpetualModel.example();
        p.bandPpm = 1;
        p.makerFeePpm = 0;
        p.tiers[0].initialPpm = 999;
        refuse(p);
        p.tiers[0].initialPpm = 1000;
        admit(p);
        // Nothing but the number of tiers is too high.
        p.tiers[2].upTo = 1e12;
        p.tiers[3].upTo = ALL;
        p.tiers[3].initialPpm = 200_000;
        p.tierCount = 5;
        refuse(p);
        p.tierCount = 255;
        refuse(p);
        p.tierCount = 4;
        admit(p);
    }

    function test_the_last_ones_that_it_would_not() public {
        admit(Field.MakerFee, 0);
        admit(Field.MakerFee, 100);
        admit(Field.TakerFee, 0);
        admit(Field.TakerFee, 100_000);
        admit(Field.LiquidationFee, 0);
        admit(Field.LiquidationFee, 100_000);
        admit(Field.MinLots, 1);
        admit(Field.MinLots, 1000);
        admit(Field.MaxLots, 10);
        admit(Field.MaxLots, 1 << 20);
        admit(Field.ImpactLots, 1);
        admit(Field.ImpactLots, 1 << 20);
        admit(Field.MaxPosition, 1000);
        admit(Field.MaxPrice, 1);
        admit(Field.OracleAge, 1);
        admit(Field.OracleAge, 3_600_000);
        admit(Field.Band, 1);
        admit(Field.Band, 24_850);
        admit(Field.Ppm0, 100_000);
        admit(Field.Ppm1, 50_000);
        admit(Field.Ppm1, 200_000);
        admit(Field.Ppm2, 1_000_000);
        admit(Field.UpTo0, 1);
        admit(Field.UpTo1, ALL - 1);
    }

    /// @notice Beside margins that carry it: the largest fee, and one that is too large.
    function test_fees_of_makers_are_bounded() public {
        Perpetual memory p = PerpetualModel.example();
        for (uint256 i = 0; i < p.tierCount; ++i) {
            p.tiers[i].initialPpm = 1_000_000;
        }
        p.makerFeePpm = 100_000;
        admit(p);
        p.makerFeePpm = 100_001;
        refuse(p);
    }

    function test_one_tier_will_do() public {
        Perpetual memory p = PerpetualModel.example();
        p.tierCount = 1;
        p.tiers[0].upTo = ALL;
        delete p.tiers[1];
        delete p.tiers[2];
        admit(p);
    }

    /// @notice The largest values of a lot and of a position, each alone.
    function test_values_are_bounded() public {
        Perpetual memory p = PerpetualModel.example();
        p.maxPositionLots = 1000;
        p.quotePerTickLot = 1 << 16;
        admit(p);
        p.quotePerTickLot = (1 << 16) + 1;
        refuse(p);
        p.maxPriceTicks = type(uint32).max;
        p.quotePerTickLot = ALL;
        refuse(p);
        p = PerpetualModel.example();
        p.quotePerTickLot = 1 << 12;
        admit(p);
        p.maxPositionLots = (1 << 20) + 1;
        refuse(p);
        p.quotePerTickLot = 1;
        p.maxPriceTicks = 1;
        p.maxPositionLots = (1 << 40) - 1;
        admit(p);
        p.maxPositionLots = 1 << 40;
        refuse(p);
        p.maxPositionLots = ALL;
        refuse(p);
    }

    function test_all_are_margined_in_one_asset() public {
        Perpetual memory p = PerpetualModel.example();
        p.quote = 3;
        admit(p);
        assertEq(systemConfig.collateralAsset(), 3);
        for (uint32 quote = 1; quote < 3; ++quote) {
            p.quote = quote;
            refuse(p);
        }
        p.quote = 3;
        admit(p);
        assertEq(systemConfig.collateralAsset(), 3);
    }

    /// @notice Another opinion of the rules (docs/protocol/transactions.md), on markets in which
    /// a few numbers are at and beside their bounds.
    /// forge-config: default.fuzz.runs = 2000
    function testFuzz_admits_what_layer_2_takes(uint256 seed) public {
        Perpetual memory p = PerpetualModel.example();
        for (uint256 i = 0; i < 1 + seed % 3; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            p.set(Field((seed >> 8) % PerpetualModel.FIELDS), PerpetualModel.number(seed >> 16));
        }
        bool expected = p.isTaken();
        vm.prank(OWNER);
        try systemConfig.createPerpetual(p) {
            assertTrue(expected, "admitted");
        } catch {
            assertTrue(!expected, "refused");
        }
    }

    /// @notice Spot and perpetual markets share the table of markets.
    function test_the_table_of_markets_ends() public {
        setMarketCount(4094);
        admit(PerpetualModel.example());
        admitSpot();
        assertEq(systemConfig.marketCount(), 4096);
        Perpetual memory p = PerpetualModel.example();
        vm.startPrank(OWNER);
        vm.expectRevert(ISystemConfig.MarketTableFull.selector);
        systemConfig.createPerpetual(p);
        vm.expectRevert(ISystemConfig.MarketTableFull.selector);
        systemConfig.createMarket(spot());
        systemConfig.setMarketStatus(4096, 2);
    }

    function test_strangers_decide_nothing() public {
        bytes memory reason = abi.encodeWithSelector(ISystemConfig.NotOwner.selector, POSTER);
        Perpetual memory p = PerpetualModel.example();
        vm.startPrank(POSTER, OWNER);
        vm.expectRevert(reason);
        systemConfig.createPerpetual(p);
    }

    function refuse(Field field, uint256 value) private {
        Perpetual memory p = PerpetualModel.example();
        p.set(field, value);
        refuse(p);
    }

    function refuse(Perpetual memory p) private {
        vm.prank(OWNER);
        vm.expectRevert(ISystemConfig.InvalidMarket.selector);
        systemConfig.createPerpetual(p);
    }

    function admit(Field field, uint256 value) private {
        Perpetual memory p = PerpetualModel.example();
        p.set(field, value);
        admit(p);
    }

    function admit(Perpetual memory p) private {
        vm.prank(OWNER);
        systemConfig.createPerpetual(p);
    }

    function admitSpot() private {
        vm.prank(OWNER);
        systemConfig.createMarket(spot());
    }

    /// @dev It shares the slot of the pending owner, above the address.
    function setMarketCount(uint256 count) private {
        uint256 slot = uint256(vm.load(address(systemConfig), bytes32(uint256(1))));
        vm.store(address(systemConfig), bytes32(uint256(1)), bytes32(slot | count << 160));
        assertEq(systemConfig.marketCount(), count);
        assertEq(systemConfig.collateralAsset(), 0);
    }

    function expectMessage(uint8 kind, bytes memory body) private {
        uint64 index = inbox.messageCount() + 1;
        bytes memory header = abi.encodePacked(
            kind,
            index,
            address(systemConfig),
            uint64(block.number),
            uint64(block.timestamp * 1000)
        );
        vm.expectEmit(address(inbox));
        emit IInbox.MessageAdded(index, bytes.concat(header, body));
    }

    function spot() private pure returns (Market memory) {
        return Market(1, 1, 2, 1_000_000, 100, 100, 450, 1, 5000, "BTC-USDC");
    }
}
