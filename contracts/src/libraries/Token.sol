// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Token
/// @notice Calls to ERC-20 tokens, none of which is trusted. Tokens that return nothing are as
/// good as those that return true; what they return beyond a few words is never copied.
library Token {
    /// @notice Whether `token` moved `amount` to `to`, by its own word.
    function transfer(address token, address to, uint256 amount) internal returns (bool) {
        return callOptionalBool(token, abi.encodeWithSelector(0xa9059cbb, to, amount));
    }

    /// @notice Whether `token` moved `amount` from `from` to `to`, by its own word.
    function transferFrom(address token, address from, address to, uint256 amount)
        internal
        returns (bool)
    {
        return callOptionalBool(token, abi.encodeWithSelector(0x23b872dd, from, to, amount));
    }

    /// @notice Balance of `owner`, if `token` answers with a word.
    function balanceOf(address token, address owner)
        internal
        view
        returns (bool ok, uint256 balance)
    {
        bytes32[3] memory answer;
        uint256 length;
        (length, answer) = staticCall(token, abi.encodeWithSelector(0x70a08231, owner));
        return (length >= 32, uint256(answer[0]));
    }

    /// @notice Decimals of `token`, if it answers with a word.
    function decimals(address token) internal view returns (bool ok, uint256 value) {
        (uint256 length, bytes32[3] memory answer) =
            staticCall(token, abi.encodeWithSelector(0x313ce567));
        return (length >= 32, uint256(answer[0]));
    }

    /// @notice The first 16 characters of the token's symbol, as a string or as bytes32, up to the
    /// first character that is not printable ASCII; zero if there is none.
    function symbol(address token) internal view returns (bytes16 text) {
        (uint256 length, bytes32[3] memory answer) =
            staticCall(token, abi.encodeWithSelector(0x95d89b41));
        bytes32 word;
        uint256 size = 16;
        if (length == 32) {
            word = answer[0];
        } else if (length >= 96 && uint256(answer[0]) == 32) {
            word = answer[2];
            if (uint256(answer[1]) < size) size = uint256(answer[1]);
        } else {
            return 0;
        }
        uint256 printable = 0;
        while (printable < size && word[printable] > 0x20 && word[printable] < 0x7f) ++printable;
        return bytes16(word) & ~bytes16(type(uint128).max >> (8 * printable));
    }

    /// @dev A call that may return nothing (of a contract) or else must return true.
    function callOptionalBool(address token, bytes memory input) private returns (bool ok) {
        assembly ("memory-safe") {
            mstore(0x00, 0)
            ok := call(gas(), token, 0, add(input, 0x20), mload(input), 0x00, 0x20)
            switch returndatasize()
            case 0 { ok := and(ok, iszero(iszero(extcodesize(token)))) }
            default { ok := and(ok, and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1))) }
        }
    }

    /// @dev `length` is 0 if the call failed; at most three words are copied.
    function staticCall(address token, bytes memory input)
        private
        view
        returns (uint256 length, bytes32[3] memory answer)
    {
        assembly ("memory-safe") {
            let ok := staticcall(gas(), token, add(input, 0x20), mload(input), answer, 0x60)
            if ok { length := returndatasize() }
        }
    }
}
