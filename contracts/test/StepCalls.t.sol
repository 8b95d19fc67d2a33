// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPreimageOracle} from "../src/interfaces/IPreimageOracle.sol";
import {Instruction} from "./base/Instruction.sol";
import {MachineTest} from "./base/MachineTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice The calls of the machine: halt, oracle_read, keccak_f, mulmod256.
contract StepCallsTest is MachineTest {
    uint32 private constant HALT = 93;
    uint32 private constant ORACLE_READ = 1024;
    uint32 private constant KECCAK_F = 1025;
    uint32 private constant MULMOD = 1026;

    uint32 private constant LOCAL = 0;
    uint32 private constant KECCAK = 1;

    uint32 private constant BLOCK = 0x00345600;

    function test_halt() public {
        bytes32 output = keccak256("output");
        setLeaf(BLOCK, output);
        for (uint32 place = 0; place < 32; place += 31) {
            restart();
            setCall(HALT, 0x80000007, BLOCK + place, 9);
            bytes32 next = step(Instruction.ECALL, BLOCK, 0);
            (machine.exit, machine.code, machine.output) = (1, 0x80000007, output);
            expect(next, machine.pc);
        }
    }

    function test_unknown_calls_panic() public {
        uint32[6] memory numbers = [uint32(0), 92, 94, 1023, 1027, 0x10000 + 93];
        for (uint256 i = 0; i < numbers.length; ++i) {
            callPanics(numbers[i], BLOCK, 0, 0);
        }
    }

    function test_local_preimage_whatever_the_key() public {
        for (uint256 i = 0; i < 2; ++i) {
            oracleRead(keccak256(abi.encode(i)), 0, LOCAL, machine.input, 32);
        }
        oracleRead(0, 32, LOCAL, 0, 32);
        oracleRead(0, 0xffffffe0, LOCAL, 0, 32);
    }

    function test_preimage() public {
        bytes memory preimage = bytes.concat(keccak256("first"), keccak256("second"), hex"8765");
        bytes32 key = oracle.load(preimage, offsets());
        oracleRead(key, 0, KECCAK, keccak256("first"), 66);
        oracleRead(key, 32, KECCAK, keccak256("second"), 66);
        oracleRead(key, 64, KECCAK, bytes32(bytes2(0x8765)), 66);
        oracleRead(key, 96, KECCAK, 0, 66);
        oracleRead(key, 0xffffffe0, KECCAK, 0, 66);
    }

    function test_a_preimage_that_nobody_showed() public {
        bytes32 key = oracle.load("shown", 0);
        setLeaf(BLOCK, key);
        setCall(ORACLE_READ, BLOCK, 32, KECCAK);
        prepareRevert(abi.encodeWithSelector(IPreimageOracle.NotLoaded.selector, key, 32));
        verifier.step(words, code, data);
    }

    function test_oracle_read_panics() public {
        callPanics(ORACLE_READ, BLOCK + 1, 0, LOCAL);
        callPanics(ORACLE_READ, BLOCK + 32, 0, LOCAL);
        callPanics(ORACLE_READ, BLOCK, 1, LOCAL);
        callPanics(ORACLE_READ, BLOCK, 16, KECCAK);
        callPanics(ORACLE_READ, BLOCK, 0, 2);
        callPanics(ORACLE_READ, BLOCK, 0, 0x80000000);
    }

    /// @notice The permutation of zeros (the known answer of the reference), and what is beside
    /// it.
    function test_keccak_f() public {
        bytes32[8] memory leaves;
        leaves[6] = bytes32(uint256(type(uint192).max));
        leaves[7] = bytes32(type(uint256).max);
        for (uint32 i = 0; i < 8; ++i) {
            setLeaf(BLOCK + 32 * i, leaves[i]);
        }
        setCall(KECCAK_F, BLOCK, 8, 9);
        bytes32 next = step(Instruction.ECALL, BLOCK, 3);
        bytes memory lanes = hex"e7dde140798f25f18a47c033f9ccd584eea95aa61e2698d54d49806f304715bd"
            hex"57d05362054e288bd46f8e7f2da497ffc44746a4a0e5fe90762e19d60cda5b8c"
            hex"9c05191bf7a630ad64fc8fd0b75a933035d617233fa95aeb0321710d26e6a6a9"
            hex"5f55cfdb167ca58126c84703cd31b8439f56a5111a2ff20161aed9215a63e505"
            hex"f270c98cf2febe641166c47b95703661cb0ed04f555a7cb8c832cf1c8ae83e8c"
            hex"14263aae22790c94e409c5a224f94118c26504e72635f5163ba1307fe944f675"
            hex"49a2ec5c7bfff1ea";
        assertEq(lanes.length, 200);
        lanes = bytes.concat(lanes, bytes24(leaves[6] << 64), leaves[7]);
        for (uint32 i = 0; i < 8; ++i) {
            setLeaf(BLOCK + 32 * i, word(lanes, 32 * i));
        }
        expectNext(next);
    }

    function test_keccak_f_panics() public {
        callPanics(KECCAK_F, BLOCK + 1, 0, 0);
        callPanics(KECCAK_F, BLOCK + 128, 0, 0);
    }

    function test_mulmod() public {
        uint256 max = type(uint256).max;
        mulmodIs(3, 5, 7, 1);
        mulmodIs(max, max, max, 0);
        mulmodIs(max, max, max - 1, 1);
        mulmodIs(max, max, 1 << 255, 1);
        mulmodIs(max, max, 1, 0);
        mulmodIs(1 << 255, 2, max, 1);
        mulmodIs(0, max, 5, 0);
    }

    function test_mulmod_by_zero_is_zero() public {
        mulmodIs(0, 0, 0, 0);
        mulmodIs(3, 5, 0, 0);
        mulmodIs(type(uint256).max, type(uint256).max, 0, 0);
    }

    function testFuzz_mulmod(uint256 a, uint256 b, uint256 m) public {
        mulmodIs(a, b, m, m == 0 ? 0 : mulmod(a, b, m));
    }

    function test_mulmod_panics() public {
        callPanics(MULMOD, BLOCK + 4, 0, 0);
        callPanics(MULMOD, BLOCK + 64, 0, 0);
    }

    /// @notice Blocks at both ends of memory.
    function test_blocks_at_the_ends() public {
        setCall(MULMOD, 0, 1, 2);
        expectNext(step(Instruction.ECALL, 0, 2));
        setCall(MULMOD, 0xffffff80, 1, 2);
        expectNext(step(Instruction.ECALL, 0xffffff80, 2));
        setCall(HALT, 0, 0xffffffff, 2);
        setLeaf(0xffffffff, keccak256("last"));
        bytes32 next = step(Instruction.ECALL, 0xffffffff, 0);
        (machine.exit, machine.output) = (1, keccak256("last"));
        expect(next, machine.pc);
    }

    bytes32[8] private words;
    bytes32[] private code;
    bytes32[] private data;

    /// @dev The step itself must be the next call.
    function prepareRevert(bytes memory reason) private {
        setWord(machine.pc, Instruction.ECALL);
        (words, code) = (stateWords(), codeProof());
        data = blockProof(BLOCK, 1);
        vm.expectRevert(reason);
    }

    function oracleRead(bytes32 key, uint32 offset, uint32 kind, bytes32 value, uint32 length)
        private
    {
        restart();
        setLeaf(BLOCK, key);
        setLeaf(BLOCK + 32, keccak256("before"));
        setCall(ORACLE_READ, BLOCK, offset, kind);
        bytes32 next = step(Instruction.ECALL, BLOCK, 1);
        setLeaf(BLOCK + 32, value);
        machine.x[A0] = length;
        expectNext(next);
    }

    function mulmodIs(uint256 a, uint256 b, uint256 m, uint256 r) private {
        restart();
        setLeaf(BLOCK, bytes32(littleEndian(a)));
        setLeaf(BLOCK + 32, bytes32(littleEndian(b)));
        setLeaf(BLOCK + 64, bytes32(littleEndian(m)));
        setLeaf(BLOCK + 96, keccak256("before"));
        setCall(MULMOD, BLOCK, 1, 2);
        bytes32 next = step(Instruction.ECALL, BLOCK, 2);
        setLeaf(BLOCK + 96, bytes32(littleEndian(r)));
        expectNext(next);
    }

    function offsets() private pure returns (uint256[] memory list) {
        list = new uint256[](5);
        (list[1], list[2], list[3], list[4]) = (32, 64, 96, 0xffffffe0);
    }

    function word(bytes memory data_, uint256 place) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data_, 0x20), place))
        }
    }
}
