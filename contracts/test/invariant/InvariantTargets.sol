// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Names the functions that an invariant campaign calls, in the way that forge asks for
/// them.
abstract contract InvariantTargets {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    address private targeted;
    bytes4[] private chosen;

    function targetContracts() public view returns (address[] memory contracts) {
        contracts = new address[](1);
        contracts[0] = targeted;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(targeted, chosen);
    }

    function target(address handler, bytes4 selector) internal {
        targeted = handler;
        chosen.push(selector);
    }
}
