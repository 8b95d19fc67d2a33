// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Market} from "../types/Market.sol";
import {Perpetual} from "../types/Perpetual.sol";
import {Message} from "./Message.sol";

/// @title Listing
/// @notice What layer 2 asks of new markets and oracle sets (docs/protocol/transactions.md, "Inbox
/// messages"), asked here before: what is admitted here is not refused there.
library Listing {
    uint8 private constant SPOT = 1;
    uint256 private constant MAX_FEE_PPM = 100_000;
    /// @dev Sizes are below it.
    uint256 private constant LOTS_END = 1 << 40;
    /// @dev Of a perpetual market: units that a lot, and that a whole position, may be worth.
    uint256 private constant MAX_LOT_VALUE = 1 << 36;
    uint256 private constant MAX_POSITION_VALUE = 1 << 52;
    uint256 private constant MAX_ORACLE_AGE_MS = 3_600_000;
    uint256 private constant MIN_INITIAL_PPM = 1_000;
    uint256 private constant MAX_INITIAL_PPM = 1_000_000;

    /// @param assets indexes up to this one are known
    function isSpot(Market calldata m, uint32 assets) internal pure returns (bool) {
        bool known = m.base != 0 && m.base <= assets && m.quote != 0 && m.quote <= assets;
        return known && m.kind == SPOT && m.base != m.quote && m.basePerLot != 0
            && m.quotePerTickLot != 0 && m.makerFeePpm <= MAX_FEE_PPM
            && m.takerFeePpm <= MAX_FEE_PPM && m.minLots != 0 && m.minLots <= m.maxLots
            && m.maxLots < LOTS_END;
    }

    /// @param assets indexes up to this one are known
    /// @param collateral what the other perpetual markets are margined in; 0: there is none yet
    function isPerpetual(Perpetual calldata p, uint32 assets, uint32 collateral)
        internal
        pure
        returns (bool)
    {
        bool quote =
            p.quote != 0 && p.quote <= assets && (collateral == 0 || p.quote == collateral);
        bool fees = p.makerFeePpm <= MAX_FEE_PPM && p.takerFeePpm <= MAX_FEE_PPM
            && p.liquidationFeePpm <= MAX_FEE_PPM;
        bool age = p.oracleMaxAgeMs != 0 && p.oracleMaxAgeMs <= MAX_ORACLE_AGE_MS;
        // A maintenance margin, half of the initial one, carries a fill at the band's edge.
        uint256 slipPpm = 2 * uint256(p.bandPpm) + 3 * uint256(p.makerFeePpm);
        bool band = p.bandPpm != 0 && slipPpm <= p.tiers[0].initialPpm;
        return quote && fees && age && band && hasSizes(p) && hasTiers(p);
    }

    /// @param quorum more than half of the members, of whom there is so at least one
    /// @param members ascending, so that none is there twice; whether the accounts exist, only
    /// layer 2 knows
    function isOracleSet(uint8 quorum, uint32[] calldata members) internal pure returns (bool) {
        uint256 count = members.length;
        if (count > Message.ORACLE_PLACES) return false;
        uint32 last = 0;
        for (uint256 i = 0; i < count; ++i) {
            if (members[i] <= last) return false;
            last = members[i];
        }
        return quorum > count / 2 && quorum <= count;
    }

    function hasSizes(Perpetual calldata p) private pure returns (bool) {
        uint256 lotValue = uint256(p.maxPriceTicks) * p.quotePerTickLot;
        return p.minLots != 0 && p.minLots <= p.maxLots && p.maxLots <= p.maxPositionLots
            && p.maxPositionLots < LOTS_END && p.impactLots != 0
            && p.impactLots <= p.maxPositionLots && lotValue != 0 && lotValue <= MAX_LOT_VALUE
            && lotValue * p.maxPositionLots <= MAX_POSITION_VALUE;
    }

    /// @dev Margins that grow with the position, up to any value, in the first places; without
    /// tiers the bound stays 0.
    function hasTiers(Perpetual calldata p) private pure returns (bool) {
        if (p.tierCount > p.tiers.length) return false;
        uint64 bound = 0;
        uint32 ppm = uint32(MIN_INITIAL_PPM);
        for (uint256 i = 0; i < p.tiers.length; ++i) {
            (uint64 upTo, uint32 initialPpm) = (p.tiers[i].upTo, p.tiers[i].initialPpm);
            if (i >= p.tierCount) {
                if (upTo != 0 || initialPpm != 0) return false;
                continue;
            }
            if (upTo <= bound || initialPpm < ppm || initialPpm > MAX_INITIAL_PPM) return false;
            (bound, ppm) = (upTo, initialPpm);
        }
        return bound == type(uint64).max;
    }
}
