// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NaiveTree} from "./NaiveTree.sol";

/// @notice A state of which only the OUTBOX table has content: enough to prove withdrawals
/// against.
library StateModel {
    /// @param leaves bytes of the outbox objects; object i is at position i, and 0 is never used
    struct State {
        bytes[] leaves;
        bytes32[32] tableRoots;
        bytes32 root;
    }

    /// @notice Adds an empty object for position 0 to `withdrawals` and hashes all.
    function make(bytes[] memory withdrawals) internal pure returns (State memory state) {
        state.leaves = new bytes[](withdrawals.length + 1);
        for (uint256 i = 0; i < withdrawals.length; ++i) {
            state.leaves[i + 1] = withdrawals[i];
        }
        for (uint256 table = 0; table < 32; ++table) {
            state.tableRoots[table] = keccak256(abi.encode("table", table));
        }
        state.tableRoots[7] = NaiveTree.root(hashes(state), 32);
        state.root = keccak256(abi.encode(state.tableRoots));
    }

    function path(State memory state, uint256 index) internal pure returns (bytes32[32] memory) {
        return NaiveTree.path(hashes(state), index);
    }

    /// @notice Canonical bytes of a withdrawal in the outbox.
    function withdrawal(address recipient, uint32 asset, uint64 units)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(
            hex"070101", uint32(77), address(0x0123), recipient, asset, units, uint64(12)
        );
    }

    function hashes(State memory state) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](state.leaves.length);
        for (uint256 i = 1; i < leaves.length; ++i) {
            leaves[i] = keccak256(state.leaves[i]);
        }
    }
}
