// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {ISystemConfig} from "../src/interfaces/ISystemConfig.sol";
import {Market} from "../src/types/Market.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";
import {PlainToken} from "./tokens/TestTokens.sol";

/// @notice Spot markets and what concerns every market. Three assets are listed.
contract MarketsTest is GavelTest {
    /// @dev Numbers that a row of a table sets.
    enum Field {
        Kind,
        Base,
        Quote,
        BasePerLot,
        QuotePerTickLot,
        MakerFee,
        TakerFee,
        MinLots,
        MaxLots
    }

    function setUp() public override {
        super.setUp();
        list(address(0));
        list(address(new PlainToken("USDC", 6)));
        list(address(new PlainToken("BTC", 8)));
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
        assertEq(systemConfig.marketCount(), 1);
        assertEq(systemConfig.collateralAsset(), 0);
    }

    function test_markets_that_layer_2_would_refuse() public {
        refuse(Field.Kind, 0);
        refuse(Field.Kind, 2);
        refuse(Field.Base, 0);
        refuse(Field.Base, 2);
        refuse(Field.Base, 4);
        refuse(Field.Quote, 0);
        refuse(Field.Quote, 1);
        refuse(Field.Quote, 4);
        refuse(Field.BasePerLot, 0);
        refuse(Field.QuotePerTickLot, 0);
        refuse(Field.MakerFee, 100_001);
        refuse(Field.TakerFee, 100_001);
        refuse(Field.MinLots, 0);
        refuse(Field.MinLots, 5001);
        refuse(Field.MaxLots, 0);
        refuse(Field.MaxLots, 1 << 40);
        assertEq(systemConfig.marketCount(), 0);
        assertEq(inbox.messageCount(), 3);
    }

    function test_the_last_ones_that_it_would_not() public {
        admit(Field.Base, 3);
        admit(Field.Quote, 3);
        admit(Field.BasePerLot, 1);
        admit(Field.BasePerLot, type(uint64).max);
        admit(Field.QuotePerTickLot, 1);
        admit(Field.QuotePerTickLot, type(uint64).max);
        admit(Field.MakerFee, 0);
        admit(Field.MakerFee, 100_000);
        admit(Field.TakerFee, 0);
        admit(Field.TakerFee, 100_000);
        admit(Field.MinLots, 5000);
        admit(Field.MaxLots, 1);
        admit(Field.MaxLots, (1 << 40) - 1);
        assertEq(systemConfig.marketCount(), 13);
    }

    function test_an_asset_is_known_once_it_is_listed() public {
        refuse(Field.Base, 4);
        list(address(new PlainToken("LATE", 6)));
        admit(Field.Base, 4);
    }

    function test_a_market_status_is_a_message() public {
        admit(Field.MakerFee, 0);
        admit(Field.MakerFee, 1);
        expectMessage(130, hex"0000000202");
        vm.prank(OWNER);
        systemConfig.setMarketStatus(2, 2);
    }

    function test_a_market_status_exists() public {
        admit(Field.MakerFee, 0);
        vm.startPrank(OWNER);
        for (uint8 status = 0; status < 4; status += 3) {
            vm.expectRevert(
                abi.encodeWithSelector(ISystemConfig.InvalidMarketStatus.selector, status)
            );
            systemConfig.setMarketStatus(1, status);
        }
    }

    function test_a_status_is_of_a_market_that_exists() public {
        admit(Field.MakerFee, 0);
        vm.startPrank(OWNER);
        systemConfig.setMarketStatus(1, 2);
        for (uint32 index = 0; index < 4; index += 2) {
            vm.expectRevert(abi.encodeWithSelector(ISystemConfig.UnknownMarket.selector, index));
            systemConfig.setMarketStatus(index, 2);
        }
    }

    function test_the_fee_account_is_a_message() public {
        expectMessage(131, hex"00000009");
        vm.prank(OWNER);
        systemConfig.setFeeAccount(9);
    }

    function test_there_is_no_account_0() public {
        vm.prank(OWNER);
        vm.expectRevert(ISystemConfig.ZeroAccount.selector);
        systemConfig.setFeeAccount(0);
    }

    function test_strangers_decide_nothing() public {
        bytes memory reason = abi.encodeWithSelector(ISystemConfig.NotOwner.selector, POSTER);
        Market memory m = market();
        vm.startPrank(POSTER);
        vm.expectRevert(reason);
        systemConfig.createMarket(m);
        vm.expectRevert(reason);
        systemConfig.setMarketStatus(1, 1);
        vm.expectRevert(reason);
        systemConfig.setFeeAccount(1);
    }

    function refuse(Field field, uint256 value) private {
        Market memory m = changed(field, value);
        vm.prank(OWNER);
        vm.expectRevert(ISystemConfig.InvalidMarket.selector);
        systemConfig.createMarket(m);
    }

    function admit(Field field, uint256 value) private {
        Market memory m = changed(field, value);
        vm.prank(OWNER);
        systemConfig.createMarket(m);
    }

    function changed(Field field, uint256 value) private pure returns (Market memory m) {
        m = market();
        if (field == Field.Kind) m.kind = uint8(value);
        if (field == Field.Base) m.base = uint32(value);
        if (field == Field.Quote) m.quote = uint32(value);
        if (field == Field.BasePerLot) m.basePerLot = uint64(value);
        if (field == Field.QuotePerTickLot) m.quotePerTickLot = uint64(value);
        if (field == Field.MakerFee) m.makerFeePpm = uint32(value);
        if (field == Field.TakerFee) m.takerFeePpm = uint32(value);
        if (field == Field.MinLots) m.minLots = uint64(value);
        if (field == Field.MaxLots) m.maxLots = uint64(value);
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
