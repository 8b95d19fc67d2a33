// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Perpetual} from "../../src/types/Perpetual.sol";

/// @dev Numbers that a row of a table sets; after them the tiers, bound and margin by turns.
enum Field {
    Quote,
    QuotePerTickLot,
    MakerFee,
    TakerFee,
    MinLots,
    MaxLots,
    ImpactLots,
    MaxPosition,
    MaxPrice,
    OracleAge,
    Band,
    LiquidationFee,
    TierCount,
    UpTo0,
    Ppm0,
    UpTo1,
    Ppm1,
    UpTo2,
    Ppm2,
    UpTo3,
    Ppm3
}

/// @notice A perpetual market, what one may change of it, and which ones layer 2 takes.
library PerpetualModel {
    uint256 internal constant FIELDS = 21;
    uint64 private constant ALL = type(uint64).max;

    function example() internal pure returns (Perpetual memory p) {
        p.quote = 2;
        p.quotePerTickLot = 4;
        p.makerFeePpm = 100;
        p.takerFeePpm = 450;
        p.minLots = 10;
        p.maxLots = 1000;
        p.impactLots = 50;
        p.maxPositionLots = 1 << 20;
        p.maxPriceTicks = 1 << 20;
        p.oracleMaxAgeMs = 10_000;
        p.bandPpm = 24_850;
        p.liquidationFeePpm = 9_000;
        p.tierCount = 3;
        (p.tiers[0].upTo, p.tiers[0].initialPpm) = (1e6, 50_000);
        (p.tiers[1].upTo, p.tiers[1].initialPpm) = (1e9, 100_000);
        (p.tiers[2].upTo, p.tiers[2].initialPpm) = (ALL, 200_000);
        p.symbol = "ETH-PERP";
    }

    function set(Perpetual memory p, Field field, uint256 value) internal pure {
        if (field == Field.Quote) p.quote = uint32(value);
        if (field == Field.QuotePerTickLot) p.quotePerTickLot = uint64(value);
        if (field == Field.MakerFee) p.makerFeePpm = uint32(value);
        if (field == Field.TakerFee) p.takerFeePpm = uint32(value);
        if (field == Field.MinLots) p.minLots = uint64(value);
        if (field == Field.MaxLots) p.maxLots = uint64(value);
        if (field == Field.ImpactLots) p.impactLots = uint64(value);
        if (field == Field.MaxPosition) p.maxPositionLots = uint64(value);
        if (field == Field.MaxPrice) p.maxPriceTicks = uint32(value);
        if (field == Field.OracleAge) p.oracleMaxAgeMs = uint32(value);
        if (field == Field.Band) p.bandPpm = uint32(value);
        if (field == Field.LiquidationFee) p.liquidationFeePpm = uint32(value);
        if (field == Field.TierCount) p.tierCount = uint8(value);
        if (field < Field.UpTo0) return;
        uint256 place = uint256(field) - uint256(Field.UpTo0);
        if (place % 2 == 0) p.tiers[place / 2].upTo = uint64(value);
        else p.tiers[place / 2].initialPpm = uint32(value);
    }

    /// @notice Three assets are listed and none is the collateral yet.
    function isTaken(Perpetual memory p) internal pure returns (bool) {
        uint256 value = uint256(p.maxPriceTicks) * p.quotePerTickLot;
        if (p.quote < 1 || p.quote > 3 || p.quotePerTickLot == 0) return false;
        if (p.makerFeePpm > 1e5 || p.takerFeePpm > 1e5 || p.liquidationFeePpm > 1e5) return false;
        if (1 > p.minLots || p.minLots > p.maxLots || p.maxLots > p.maxPositionLots) return false;
        if (p.maxPositionLots >= 1 << 40 || 1 > p.impactLots) return false;
        if (p.impactLots > p.maxPositionLots || p.maxPriceTicks < 1) return false;
        if (value > 2 ** 36 || value * p.maxPositionLots > 2 ** 52) return false;
        if (p.oracleMaxAgeMs < 1 || p.oracleMaxAgeMs > 3_600_000) return false;
        if (p.tierCount < 1 || p.tierCount > 4) return false;
        if (p.bandPpm < 1) return false;
        if (uint256(p.bandPpm) * 2 + uint256(p.makerFeePpm) * 3 > p.tiers[0].initialPpm) {
            return false;
        }
        for (uint256 i = p.tierCount; i < 4; ++i) {
            if (p.tiers[i].upTo != 0 || p.tiers[i].initialPpm != 0) return false;
        }
        for (uint256 i = 0; i < p.tierCount; ++i) {
            uint32 ppm = p.tiers[i].initialPpm;
            if (ppm < 1e3 || ppm > 1e6) return false;
            if (i == 0 ? p.tiers[i].upTo == 0 : p.tiers[i].upTo <= p.tiers[i - 1].upTo) {
                return false;
            }
            if (i > 0 && ppm < p.tiers[i - 1].initialPpm) return false;
        }
        return p.tiers[p.tierCount - 1].upTo == ALL;
    }

    /// @dev A bound of some rule, or next to it.
    function number(uint256 seed) internal pure returns (uint256) {
        uint256[25] memory edges = [
            uint256(0),
            1,
            2,
            3,
            4,
            10,
            50,
            999,
            1000,
            1e5,
            1e6,
            1e9,
            24_850,
            50_000,
            200_000,
            3_600_000,
            1 << 12,
            1 << 16,
            1 << 20,
            1 << 32,
            1 << 36,
            1 << 40,
            1 << 52,
            ALL - 1,
            ALL
        ];
        uint256 edge = edges[seed % 25];
        uint256 step = (seed >> 8) % 3;
        return step == 0 && edge > 0 ? edge - 1 : step == 1 && edge < ALL ? edge + 1 : edge;
    }
}
