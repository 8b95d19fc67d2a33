// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Comparisons that fail a test by reverting with both values.
abstract contract Assertions {
    error NotEqual(uint256 left, uint256 right);
    error NotEqualWords(bytes32 left, bytes32 right);
    error NotEqualAddresses(address left, address right);
    error NotEqualBytes(bytes left, bytes right);
    error NotTrue(string what);

    function assertTrue(bool value, string memory what) internal pure {
        if (!value) revert NotTrue(what);
    }

    function assertEq(uint256 left, uint256 right) internal pure {
        if (left != right) revert NotEqual(left, right);
    }

    function assertEq(bytes32 left, bytes32 right) internal pure {
        if (left != right) revert NotEqualWords(left, right);
    }

    function assertEq(address left, address right) internal pure {
        if (left != right) revert NotEqualAddresses(left, right);
    }

    function assertEq(bytes memory left, bytes memory right) internal pure {
        if (keccak256(left) != keccak256(right)) revert NotEqualBytes(left, right);
    }

    /// @notice Maps any `value` into `low` .. `high`, both inclusive; values inside stay.
    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        if (value >= low && value <= high) return value;
        uint256 range = high - low;
        return range == type(uint256).max ? value : low + value % (range + 1);
    }
}
