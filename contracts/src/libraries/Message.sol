// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Market} from "../types/Market.sol";

/// @title Message
/// @notice Canonical bytes of inbox messages: a header of 45 bytes and a body, packed, big-endian.
library Message {
    uint8 internal constant DEPOSIT = 1;
    uint8 internal constant FORCED_WITHDRAW = 2;
    uint8 internal constant FORCED_CANCEL_ALL = 3;
    uint8 internal constant FORCED_CLOSE = 4;
    uint8 internal constant REGISTER_ASSET = 128;
    uint8 internal constant CREATE_MARKET = 129;
    uint8 internal constant SET_MARKET_STATUS = 130;
    uint8 internal constant SET_FEE_ACCOUNT = 131;

    uint160 private constant ALIAS_OFFSET = uint160(0x1111000000000000000000000000000000001111);

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

    /// @notice The caller as messages name him: a contract under another address, since the same
    /// address may belong to someone else on layer 2.
    function senderOf(address caller) internal view returns (address) {
        // The origin is compared to recognise a caller that can sign, never to grant anything.
        if (caller == tx.origin) return caller;
        unchecked {
            return address(uint160(caller) + ALIAS_OFFSET);
        }
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
}
