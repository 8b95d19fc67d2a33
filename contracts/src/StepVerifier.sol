// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPreimageOracle} from "./interfaces/IPreimageOracle.sol";
import {IStepVerifier} from "./interfaces/IStepVerifier.sol";
import {KeccakF} from "./libraries/KeccakF.sol";
import {MachineState} from "./libraries/MachineState.sol";
import {MemoryProof} from "./libraries/MemoryProof.sol";
import {Rv32} from "./libraries/Rv32.sol";

/// @title StepVerifier
/// @notice One step of the fault proof machine, as docs/protocol/vm.md defines it. Every state has
/// a next one: what the machine cannot execute panics, and only a wrong proof reverts. It keeps
/// nothing and belongs to nobody.
contract StepVerifier is IStepVerifier {
    using MachineState for bytes32[8];
    using MemoryProof for bytes32[];
    using Rv32 for uint32;

    // Registers of a call: its number, and its arguments.
    uint256 private constant A7 = 17;
    uint256 private constant A0 = 10;
    uint256 private constant A1 = 11;
    uint256 private constant A2 = 12;

    uint32 private constant CALL_HALT = 93;
    uint32 private constant CALL_ORACLE_READ = 1024;
    uint32 private constant CALL_KECCAK_F = 1025;
    uint32 private constant CALL_MULMOD256 = 1026;

    uint32 private constant KEY_LOCAL = 0;
    uint32 private constant KEY_KECCAK = 1;

    // Heights of the blocks that instructions reach: 2^height leaves of 32 bytes.
    uint256 private constant ONE_LEAF = 0;
    uint256 private constant ORACLE_BLOCK = 1;
    uint256 private constant MULMOD_BLOCK = 2;
    uint256 private constant KECCAK_BLOCK = 3;

    /// @inheritdoc IStepVerifier
    IPreimageOracle public immutable oracle;

    constructor(IPreimageOracle oracle_) {
        oracle = oracle_;
    }

    /// @inheritdoc IStepVerifier
    function step(bytes32[8] calldata state, bytes32[] calldata code, bytes32[] calldata data)
        external
        view
        returns (bytes32 next)
    {
        bytes32[8] memory s = state;
        bool reachesMemory = false;
        if (s.isRunning()) {
            uint32 word = fetch(s, code);
            s.count();
            reachesMemory = execute(s, word, data);
        } else if (code.length != 0) {
            revert WrongCodeLength(code.length, 0);
        }
        if (!reachesMemory && data.length != 0) revert WrongDataLength(data.length, 0);
        return s.hash();
    }

    /// @inheritdoc IStepVerifier
    function firstState(bytes32 image, bytes32 input) external pure returns (bytes32 hash) {
        bytes32[8] memory s;
        s[MachineState.MEMORY_ROOT] = image;
        s[MachineState.INPUT] = input;
        s.setPc(uint32(MachineState.FIRST_PC));
        return s.hash();
    }

    /// @inheritdoc IStepVerifier
    function supported(bytes32[8] calldata state, bytes32 failed)
        external
        pure
        returns (bytes32 hash, bytes32 cursor)
    {
        bytes32[8] memory s = state;
        bool succeeded = s.exit() == MachineState.HALTED && s.exitCode() == 0;
        return (s.hash(), succeeded ? s[MachineState.OUTPUT] : failed);
    }

    /// @dev The instruction at pc, proved by `code`.
    function fetch(bytes32[8] memory s, bytes32[] calldata code) private pure returns (uint32) {
        uint256 expected = MemoryProof.length(ONE_LEAF);
        if (code.length != expected) revert WrongCodeLength(code.length, expected);
        uint32 pc = s.pc();
        bytes32 root = code.leavesOf(ONE_LEAF).root(ONE_LEAF, pc, code);
        bytes32 memoryRoot = s[MachineState.MEMORY_ROOT];
        if (root != memoryRoot) revert WrongCodeProof(root, memoryRoot);
        return Rv32.wordAt(code[0], pc);
    }

    /// @dev Executes `word`, which moves pc unless it ends the run.
    /// @return reachesMemory whether `data` was needed, and has been checked
    function execute(bytes32[8] memory s, uint32 word, bytes32[] calldata data)
        private
        view
        returns (bool reachesMemory)
    {
        uint32 opcode = word.opcode();
        if (opcode == Rv32.LOAD) return load(s, word, data);
        if (opcode == Rv32.STORE) return store(s, word, data);
        if (word == Rv32.ECALL) return call(s, data);
        if (opcode == Rv32.OP_IMM || opcode == Rv32.OP) compute(s, word);
        else if (opcode == Rv32.BRANCH) branch(s, word);
        else if (opcode == Rv32.JAL || opcode == Rv32.JALR) jump(s, word);
        else if (opcode == Rv32.LUI) finish(s, word.rd(), word.immediateU());
        else if (opcode == Rv32.AUIPC) finish(s, word.rd(), sum(s.pc(), word.immediateU()));
        else if (opcode == Rv32.FENCE && word.funct3() < 2) advance(s);
        else s.panic();
    }

    function compute(bytes32[8] memory s, uint32 word) private pure {
        uint32 a = s.register(word.rs1());
        (bool known, uint32 value) = word.opcode() == Rv32.OP_IMM
            ? word.withImmediate(a)
            : word.withRegister(a, s.register(word.rs2()));
        if (known) finish(s, word.rd(), value);
        else s.panic();
    }

    function branch(bytes32[8] memory s, uint32 word) private pure {
        (bool known, bool taken) = word.branch(s.register(word.rs1()), s.register(word.rs2()));
        uint32 target = sum(s.pc(), taken ? word.immediateB() : 4);
        if (known && target % 4 == 0) s.setPc(target);
        else s.panic();
    }

    /// @dev The target is known before the link is written, which may be the same register.
    function jump(bytes32[8] memory s, uint32 word) private pure {
        bool indirect = word.opcode() == Rv32.JALR;
        uint32 target = indirect
            ? sum(s.register(word.rs1()), word.immediateI()) & ~uint32(1)
            : sum(s.pc(), word.immediateJ());
        if ((indirect && word.funct3() != 0) || target % 4 != 0) return s.panic();
        s.setRegister(word.rd(), sum(s.pc(), 4));
        s.setPc(target);
    }

    function load(bytes32[8] memory s, uint32 word, bytes32[] calldata data)
        private
        pure
        returns (bool reachesMemory)
    {
        uint32 size = word.loadSize();
        uint32 location = sum(s.register(word.rs1()), word.immediateI());
        if (size == 0 || location % size != 0) return panic(s);
        bytes32 leaf = read(s, ONE_LEAF, location, data)[0];
        finish(s, word.rd(), word.loaded(size, leaf, location));
        return true;
    }

    function store(bytes32[8] memory s, uint32 word, bytes32[] calldata data)
        private
        pure
        returns (bool reachesMemory)
    {
        uint32 size = word.storeSize();
        uint32 location = sum(s.register(word.rs1()), word.immediateS());
        if (size == 0 || location % size != 0) return panic(s);
        bytes32[] memory leaves = read(s, ONE_LEAF, location, data);
        leaves[0] = Rv32.stored(s.register(word.rs2()), size, leaves[0], location);
        write(s, ONE_LEAF, location, leaves, data);
        advance(s);
        return true;
    }

    function call(bytes32[8] memory s, bytes32[] calldata data)
        private
        view
        returns (bool reachesMemory)
    {
        uint32 number = s.register(A7);
        if (number == CALL_HALT) return callHalt(s, data);
        if (number == CALL_ORACLE_READ) return callOracleRead(s, data);
        if (number == CALL_KECCAK_F) return callKeccakF(s, data);
        if (number == CALL_MULMOD256) return callMulmod(s, data);
        return panic(s);
    }

    function callHalt(bytes32[8] memory s, bytes32[] calldata data)
        private
        pure
        returns (bool reachesMemory)
    {
        s.halt(s.register(A0), read(s, ONE_LEAF, s.register(A1), data)[0]);
        return true;
    }

    /// @dev The block is key, value.
    function callOracleRead(bytes32[8] memory s, bytes32[] calldata data)
        private
        view
        returns (bool reachesMemory)
    {
        (uint32 location, uint32 offset, uint32 kind) =
            (s.register(A0), s.register(A1), s.register(A2));
        if (location % 64 != 0 || offset % 32 != 0 || kind > KEY_KECCAK) return panic(s);
        bytes32[] memory leaves = read(s, ORACLE_BLOCK, location, data);
        uint256 length = 32;
        if (kind == KEY_LOCAL) leaves[1] = offset == 0 ? s[MachineState.INPUT] : bytes32(0);
        else (leaves[1], length) = oracle.read(leaves[0], offset);
        write(s, ORACLE_BLOCK, location, leaves, data);
        finish(s, A0, uint32(length));
        return true;
    }

    function callKeccakF(bytes32[8] memory s, bytes32[] calldata data)
        private
        pure
        returns (bool reachesMemory)
    {
        uint32 location = s.register(A0);
        if (location % 256 != 0) return panic(s);
        bytes32[] memory leaves = read(s, KECCAK_BLOCK, location, data);
        KeccakF.permute(leaves);
        write(s, KECCAK_BLOCK, location, leaves, data);
        advance(s);
        return true;
    }

    /// @dev The block is a, b, m, r, little endian. The EVM's MULMOD by zero is zero too.
    function callMulmod(bytes32[8] memory s, bytes32[] calldata data)
        private
        pure
        returns (bool reachesMemory)
    {
        uint32 location = s.register(A0);
        if (location % 128 != 0) return panic(s);
        bytes32[] memory leaves = read(s, MULMOD_BLOCK, location, data);
        uint256 a = MemoryProof.reversed(leaves[0]);
        uint256 b = MemoryProof.reversed(leaves[1]);
        uint256 m = MemoryProof.reversed(leaves[2]);
        uint256 r;
        assembly ("memory-safe") {
            r := mulmod(a, b, m) // Solidity's own reverts for m = 0
        }
        leaves[3] = bytes32(MemoryProof.reversed(bytes32(r)));
        write(s, MULMOD_BLOCK, location, leaves, data);
        advance(s);
        return true;
    }

    /// @dev The leaves of the block of 2^height leaves that contains `location`, proved by `data`.
    function read(bytes32[8] memory s, uint256 height, uint32 location, bytes32[] calldata data)
        private
        pure
        returns (bytes32[] memory leaves)
    {
        uint256 expected = MemoryProof.length(height);
        if (data.length != expected) revert WrongDataLength(data.length, expected);
        bytes32 root = data.leavesOf(height).root(height, location, data);
        bytes32 memoryRoot = s[MachineState.MEMORY_ROOT];
        if (root != memoryRoot) revert WrongDataProof(root, memoryRoot);
        return data.leavesOf(height);
    }

    /// @dev Puts `leaves`, which are lost, in the place of those that `data` proves.
    function write(
        bytes32[8] memory s,
        uint256 height,
        uint32 location,
        bytes32[] memory leaves,
        bytes32[] calldata data
    ) private pure {
        s[MachineState.MEMORY_ROOT] = leaves.root(height, location, data);
    }

    function finish(bytes32[8] memory s, uint256 register, uint32 value) private pure {
        s.setRegister(register, value);
        advance(s);
    }

    function advance(bytes32[8] memory s) private pure {
        s.setPc(sum(s.pc(), 4));
    }

    function panic(bytes32[8] memory s) private pure returns (bool reachesMemory) {
        s.panic();
        return false;
    }

    /// @dev Modulo 2^32.
    function sum(uint32 a, uint32 b) private pure returns (uint32) {
        unchecked {
            return a + b;
        }
    }
}
