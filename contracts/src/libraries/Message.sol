// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Market} from "../types/Market.sol";
import {Perpetual} from "../types/Perpetual.sol";

/// @title Message
/// @notice Canonical bytes of inbox messages: a header of 45 bytes and a body, packed, big-endian.
library Message {
    uint8 internal constant DEPOSIT = 1;
    uint8 internal constant FORCED_WITHDRAW = 2;
    uint8 internal constant FORCED_CANCEL_ALL = 3;
    uint8 internal constant FORCED_CLOSE = 4;
    uint8 internal constant FORCED_MARGIN_WITHDRAW = 5;
    uint8 internal constant REGISTER_ASSET = 128;
    uint8 internal constant CREATE_MARKET = 129;
    uint8 internal constant SET_MARKET_STATUS = 130;
    uint8 internal constant SET_FEE_ACCOUNT = 131;
    uint8 internal constant CREATE_PERPETUAL = 132;
    uint8 internal constant SET_ORACLE_SET = 133;

    /// @dev Places in the body of set_oracle_set.
    uint256 internal constant ORACLE_PLACES = 16;

    /// @notice A whole message that is added in the current block.
    function encode(uint8 kind, uint64 index, address sender, bytes memory body)
        internal
        view
        returns (bytes memory)
    {
        return abi.encodePacked(
            kind, index, sender, uint64(block.number), uint64(block.timestamp * 1000), body
        );
    }

    function deposit(uint32 asset, uint64 units, address recipient, uint32 account)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(asset, units, recipient, account);
    }

    function forcedWithdraw(uint32 account, uint32 asset, uint64 amount, address recipient)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(account, asset, amount, recipient);
    }

    /// @notice Body of forced_cancel_all and of forced_close.
    function forcedOnMarket(uint32 account, uint32 market) internal pure returns (bytes memory) {
        return abi.encodePacked(account, market);
    }

    function forcedMarginWithdraw(uint32 account, uint64 amount)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(account, amount);
    }

    function registerAsset(
        uint32 asset,
        address token,
        uint8 l1Decimals,
        uint8 decimals,
        bytes16 symbol
    ) internal pure returns (bytes memory) {
        return abi.encodePacked(asset, token, l1Decimals, decimals, symbol);
    }

    function createMarket(Market calldata m) internal pure returns (bytes memory) {
        return bytes.concat(
            abi.encodePacked(m.kind, m.base, m.quote, m.basePerLot, m.quotePerTickLot),
            abi.encodePacked(m.makerFeePpm, m.takerFeePpm, m.minLots, m.maxLots, m.symbol)
        );
    }

    function setMarketStatus(uint32 market, uint8 status) internal pure returns (bytes memory) {
        return abi.encodePacked(market, status);
    }

    function setFeeAccount(uint32 account) internal pure returns (bytes memory) {
        return abi.encodePacked(account);
    }

    function createPerpetual(Perpetual calldata p) internal pure returns (bytes memory) {
        bytes memory tiers;
        for (uint256 i = 0; i < p.tiers.length; ++i) {
            tiers = abi.encodePacked(tiers, p.tiers[i].upTo, p.tiers[i].initialPpm);
        }
        return bytes.concat(
            abi.encodePacked(p.quote, p.quotePerTickLot, p.makerFeePpm, p.takerFeePpm),
            abi.encodePacked(p.minLots, p.maxLots, p.impactLots, p.maxPositionLots),
            abi.encodePacked(p.maxPriceTicks, p.oracleMaxAgeMs, p.bandPpm, p.liquidationFeePpm),
            abi.encodePacked(p.tierCount, tiers, p.symbol)
        );
    }

    /// @param members at most 16
    function setOracleSet(uint8 quorum, uint32[] calldata members)
        internal
        pure
        returns (bytes memory body)
    {
        body = abi.encodePacked(quorum, uint8(members.length));
        for (uint256 i = 0; i < ORACLE_PLACES; ++i) {
            body = abi.encodePacked(body, i < members.length ? members[i] : 0);
        }
    }
}
