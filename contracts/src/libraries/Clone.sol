// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Clone
/// @notice Minimal proxies (EIP-1167) with five words of data behind their code, where reading
/// costs a hundred gas instead of a storage slot each. The address depends on the data alone, so
/// that no reorg can put another contest where a move was sent.
library Clone {
    /// @dev Bytes of a proxy's code before the data.
    uint256 private constant CODE_BYTES = 45;

    /// @return made zero if it could not be made
    function create(address implementation, bytes32[5] memory data)
        internal
        returns (address made)
    {
        bytes memory code = abi.encodePacked(
            hex"61",
            uint16(CODE_BYTES + 160),
            hex"3d81600a3d39f3",
            hex"363d3d373d3d3d363d73",
            implementation,
            hex"5af43d82803e903d91602b57fd5bf3",
            data
        );
        assembly ("memory-safe") {
            made := create2(0, add(code, 0x20), mload(code), 0)
        }
    }

    /// @notice The data of the proxy that runs this code.
    function dataHere() internal view returns (bytes32[5] memory words) {
        assembly ("memory-safe") {
            extcodecopy(address(), words, CODE_BYTES, 0xa0)
        }
    }
}
