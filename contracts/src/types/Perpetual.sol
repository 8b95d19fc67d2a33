// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The part of a position's value above the tier before it, up to `upTo`.
/// @param upTo in units of the collateral
/// @param initialPpm initial margin in millionths of that part
struct Tier {
    uint64 upTo;
    uint32 initialPpm;
}

/// @notice A perpetual market as the `create_perpetual` message carries it.
/// @param quote asset index of the collateral, the same for all of them
/// @param quotePerTickLot units of the collateral that a lot costs at price 1
/// @param makerFeePpm, takerFeePpm fees in millionths of the quote amount
/// @param minLots, maxLots bounds of an order's size
/// @param impactLots lots whose average price is a side's impact price
/// @param maxPositionLots the largest position
/// @param maxPriceTicks the highest price
/// @param oracleMaxAgeMs how long a report counts
/// @param bandPpm how far from the mark price one may trade, in millionths of it: twice that and
/// three times the maker's fee are at most the first tier's margin
/// @param liquidationFeePpm what a liquidation costs, in millionths of the quote amount
/// @param tierCount tiers in use; the others are zero
/// @param symbol ASCII, padded with zeros
struct Perpetual {
    uint32 quote;
    uint64 quotePerTickLot;
    uint32 makerFeePpm;
    uint32 takerFeePpm;
    uint64 minLots;
    uint64 maxLots;
    uint64 impactLots;
    uint64 maxPositionLots;
    uint32 maxPriceTicks;
    uint32 oracleMaxAgeMs;
    uint32 bandPpm;
    uint32 liquidationFeePpm;
    uint8 tierCount;
    Tier[4] tiers;
    bytes16 symbol;
}
