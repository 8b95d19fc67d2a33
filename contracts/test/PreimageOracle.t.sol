// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PreimageOracle} from "../src/PreimageOracle.sol";
import {IPreimageOracle} from "../src/interfaces/IPreimageOracle.sol";
import {Assertions} from "./base/Assertions.sol";
import {vm} from "./base/Vm.sol";

/// @notice Each call from a test is a transaction.
/// forge-config: default.isolate = true
contract PreimageOracleTest is Assertions {
    PreimageOracle private oracle;

    function setUp() public {
        oracle = new PreimageOracle();
    }

    function test_a_word_in_the_middle() public {
        bytes memory preimage = bytes.concat(keccak256("0"), keccak256("1"), keccak256("2"));
        isAt(preimage, 32, keccak256("1"));
    }

    function test_the_last_word_is_padded_with_zeros() public {
        isAt(hex"0102030405", 0, bytes32(bytes5(0x0102030405)));
        isAt(bytes.concat(keccak256("0"), hex"ff"), 32, bytes32(bytes1(0xff)));
    }

    function test_at_the_end_and_beyond_it_are_zeros() public {
        isAt(bytes.concat(keccak256("0")), 32, 0);
        isAt("short", 32, 0);
        isAt("short", 0xffffffe0, 0);
        isAt("", 0, 0);
    }

    function test_not_loaded() public {
        bytes32 key = keccak256("short");
        notLoaded(key, 0);
        oracle.load("short", 32);
        notLoaded(key, 0);
        notLoaded(key, 64);
        notLoaded(keccak256("other"), 32);
    }

    function test_offsets_that_no_run_reads() public {
        uint256[4] memory offsets = [uint256(1), 31, 1 << 32, type(uint256).max - 31];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPreimageOracle.OffsetOutOfPlace.selector, offsets[i])
            );
            oracle.load("short", offsets[i]);
        }
    }

    function test_several_words_at_once() public {
        bytes memory preimage = bytes.concat(keccak256("0"), keccak256("1"), keccak256("2"));
        uint256[] memory offsets = new uint256[](3);
        (offsets[0], offsets[1], offsets[2]) = (64, 0, 64);
        bytes32 key = oracle.load(preimage, offsets);
        assertEq(key, keccak256(preimage));
        reads(key, 0, keccak256("0"), 96);
        reads(key, 64, keccak256("2"), 96);
        notLoaded(key, 32);
    }

    /// @notice Anyone may show it again; nothing changes and nothing is said.
    function test_a_word_is_told_once() public {
        vm.expectEmit(address(oracle));
        emit IPreimageOracle.Loaded(keccak256("short"), 0);
        oracle.load("short", 0);
        vm.recordLogs();
        vm.prank(address(0xB0B));
        isAt("short", 0, "short");
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_what_is_shown_is_there_until_the_transaction_ends() public {
        bytes memory preimage = bytes.concat(keccak256("0"), hex"ff");
        bytes32 key = this.showAndRead(preimage, 0, keccak256("0"));
        notLoaded(key, 0);
        this.showAndRead(preimage, 32, bytes32(bytes1(0xff)));
        this.showAndRead(preimage, 64, 0);
        this.showAndRead("", 0, 0);
        notLoaded(key, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IPreimageOracle.OffsetOutOfPlace.selector, uint256(31))
        );
        oracle.show("short", 31);
    }

    function testFuzz_every_word(bytes calldata preimage, uint256 seed) public {
        uint256 offset = 32 * (seed % (preimage.length / 32 + 2));
        bytes32 expected;
        for (uint256 i = 0; i < 32 && offset + i < preimage.length; ++i) {
            expected |= bytes32(preimage[offset + i]) >> (8 * i);
        }
        isAt(preimage, offset, expected);
    }

    /// @dev One transaction.
    function showAndRead(bytes calldata preimage, uint256 offset, bytes32 expected)
        external
        returns (bytes32 key)
    {
        key = oracle.show(preimage, offset);
        assertEq(key, keccak256(preimage));
        (bytes32 word, uint256 length) = oracle.read(key, offset);
        assertEq(word, expected);
        assertEq(length, preimage.length);
        assertTrue(!oracle.isLoaded(key, offset), "kept");
        try oracle.read(key, offset ^ 32) {
            assertTrue(false, "another word than the one that was shown");
        } catch (bytes memory reason) {
            assertEq(bytes32(bytes4(reason)), bytes32(IPreimageOracle.NotLoaded.selector));
        }
    }

    function isAt(bytes memory preimage, uint256 offset, bytes32 expected) private {
        bytes32 key = oracle.load(preimage, offset);
        assertEq(key, keccak256(preimage));
        reads(key, offset, expected, preimage.length);
    }

    function reads(bytes32 key, uint256 offset, bytes32 expected, uint256 length) private view {
        (bytes32 word, uint256 readLength) = oracle.read(key, offset);
        assertEq(word, expected);
        assertEq(readLength, length);
        assertTrue(oracle.isLoaded(key, offset), "loaded");
    }

    function notLoaded(bytes32 key, uint256 offset) private {
        assertTrue(!oracle.isLoaded(key, offset), "not loaded");
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.NotLoaded.selector, key, offset));
        oracle.read(key, offset);
    }
}
