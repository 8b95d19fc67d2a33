// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IInbox} from "../src/interfaces/IInbox.sol";
import {ISystemConfig} from "../src/interfaces/ISystemConfig.sol";
import {GavelTest} from "./base/GavelTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Who reports prices, and how many of them it takes.
contract OracleSetTest is GavelTest {
    function test_an_oracle_set_is_a_message() public {
        uint32[] memory members = accounts(3);
        expectMessage(
            133,
            abi.encodePacked(uint8(2), uint8(3), uint32(10), uint32(20), uint32(30), new bytes(52))
        );
        setOracle(2, members);
        members = accounts(16);
        bytes memory body = hex"1010";
        for (uint32 i = 1; i <= 16; ++i) {
            body = abi.encodePacked(body, 10 * i);
        }
        assertEq(body.length, 66);
        expectMessage(133, body);
        setOracle(16, members);
        members[15] = type(uint32).max;
        setOracle(9, members);
    }

    /// @notice For every size: the quorum is more than half, and no more than all.
    function test_a_quorum_is_a_majority() public {
        for (uint256 count = 0; count <= 17; ++count) {
            for (uint256 quorum = 0; quorum <= 18; ++quorum) {
                bool possible = count >= 1 && count <= 16;
                bool majority = 2 * quorum > count && quorum <= count;
                if (possible && majority) setOracle(uint8(quorum), accounts(count));
                else refuseOracle(uint8(quorum), accounts(count));
            }
        }
        refuseOracle(255, accounts(16));
        refuseOracle(1, new uint32[](257));
    }

    function test_members_ascend() public {
        uint32[4][5] memory bad = [
            [uint32(0), 1, 2, 3],
            [uint32(1), 1, 2, 3],
            [uint32(2), 1, 3, 4],
            [uint32(1), 2, 4, 3],
            [uint32(1), 2, 3, 3]
        ];
        for (uint256 i = 0; i < bad.length; ++i) {
            uint32[] memory members = new uint32[](4);
            for (uint256 j = 0; j < 4; ++j) {
                members[j] = bad[i][j];
            }
            refuseOracle(3, members);
        }
        refuseOracle(1, new uint32[](1));
    }

    function test_strangers_name_no_oracles() public {
        uint32[] memory members = accounts(3);
        vm.prank(POSTER, OWNER);
        vm.expectRevert(abi.encodeWithSelector(ISystemConfig.NotOwner.selector, POSTER));
        systemConfig.setOracleSet(2, members);
    }

    function setOracle(uint8 quorum, uint32[] memory members) private {
        vm.prank(OWNER);
        systemConfig.setOracleSet(quorum, members);
    }

    function refuseOracle(uint8 quorum, uint32[] memory members) private {
        vm.prank(OWNER);
        vm.expectRevert(ISystemConfig.InvalidOracleSet.selector);
        systemConfig.setOracleSet(quorum, members);
    }

    function accounts(uint256 count) private pure returns (uint32[] memory members) {
        members = new uint32[](count);
        for (uint256 i = 0; i < count; ++i) {
            members[i] = uint32(10 * (i + 1));
        }
    }

    function expectMessage(uint8 kind, bytes memory body) private {
        uint64 index = inbox.messageCount() + 1;
        bytes memory header = abi.encodePacked(
            kind,
            index,
            address(systemConfig),
            uint64(block.number),
            uint64(block.timestamp * 1000)
        );
        vm.expectEmit(address(inbox));
        emit IInbox.MessageAdded(index, bytes.concat(header, body));
    }
}
