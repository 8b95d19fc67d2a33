// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A market as the `create_market` message carries it.
/// @param kind 1: spot
/// @param base asset index of what is traded
/// @param quote asset index of what it is priced in
/// @param basePerLot units of the base asset in a lot
/// @param quotePerTickLot units of the quote asset that a lot costs at price 1
/// @param makerFeePpm, takerFeePpm fees in millionths of the quote amount
/// @param minLots, maxLots bounds of an order's size
/// @param symbol ASCII, padded with zeros
struct Market {
    uint8 kind;
    uint32 base;
    uint32 quote;
    uint64 basePerLot;
    uint64 quotePerTickLot;
    uint32 makerFeePpm;
    uint32 takerFeePpm;
    uint64 minLots;
    uint64 maxLots;
    bytes16 symbol;
}
