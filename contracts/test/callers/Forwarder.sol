// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Calls on, for anyone: as a contract, or as the code that an account delegates to.
contract Forwarder {
    constructor(address target, bytes memory input) payable {
        if (target != address(0)) forward(target, input, msg.value);
    }

    function forward(address target, bytes memory input, uint256 value) public payable {
        (bool ok, bytes memory answer) = target.call{value: value}(input);
        if (ok) return;
        assembly ("memory-safe") {
            revert(add(answer, 0x20), mload(answer))
        }
    }

    receive() external payable {}
}
