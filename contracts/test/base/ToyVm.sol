// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPreimageOracle} from "../../src/interfaces/IPreimageOracle.sol";
import {IStepVerifier} from "../../src/interfaces/IStepVerifier.sol";

/// @notice A machine that counts, so that every state of every run is known without running it. A
/// state is eight words: image, input, output, steps + exit * 2^96, a salt that liars put there,
/// and zeros. A run halts after `RUN` steps with its input plus 1, after unit `LAST_UNIT` with
/// `end`; on an input that was named as bad it panics there instead. A step can be made as dear as
/// the real machine's.
contract ToyVm is IStepVerifier {
    uint256 public constant RUN = 1_000_000;
    uint256 public constant LAST_UNIT = 12_345_678;

    /// @inheritdoc IStepVerifier
    IPreimageOracle public oracle;
    bytes32 private readKey;
    uint256 private stepGas;
    bytes32 public first;
    bytes32 public end;
    mapping(bytes32 input => bool) public bad;

    function set(bytes32 first_, bytes32 end_) external {
        (first, end) = (first_, end_);
    }

    /// @notice From now on every step reads the first word of this preimage.
    function setRead(IPreimageOracle oracle_, bytes32 key) external {
        (oracle, readKey) = (oracle_, key);
    }

    function setJudge(IPreimageOracle oracle_, uint256 stepGas_) external {
        (oracle, stepGas) = (oracle_, stepGas_);
    }

    function spoil(bytes32 input) external {
        bad[input] = true;
    }

    /// @notice The cursor after `units` units.
    function cursorAt(uint256 units) public view returns (bytes32) {
        return units > LAST_UNIT ? end : bytes32(uint256(first) + units);
    }

    function next(bytes32 cursor) public view returns (bytes32) {
        if (cursor == end || cursor == cursorAt(LAST_UNIT)) return end;
        return bytes32(uint256(cursor) + 1);
    }

    /// @inheritdoc IStepVerifier
    function step(bytes32[8] calldata state, bytes32[] calldata, bytes32[] calldata)
        external
        view
        returns (bytes32)
    {
        uint256 until = gasleft() - stepGas;
        while (gasleft() > until) {} // as the real one would
        if (readKey != 0) oracle.read(readKey, 0);
        bytes32[8] memory s = state;
        uint256 position = uint256(s[3]);
        if (position >> 96 == 0) {
            ++position;
            if (position == RUN) {
                position |= bad[s[1]] ? 2 << 96 : 1 << 96;
                if (!bad[s[1]]) s[2] = next(s[1]);
            }
            s[3] = bytes32(position);
        }
        return keccak256(abi.encode(s));
    }

    /// @inheritdoc IStepVerifier
    function firstState(bytes32 image, bytes32 input) external pure returns (bytes32) {
        bytes32[8] memory s;
        (s[0], s[1]) = (image, input);
        return keccak256(abi.encode(s));
    }

    /// @inheritdoc IStepVerifier
    function supported(bytes32[8] calldata state, bytes32 failed)
        external
        pure
        returns (bytes32, bytes32)
    {
        bool halted = uint256(state[3]) >> 96 == 1;
        return (keccak256(abi.encode(state)), halted ? state[2] : failed);
    }
}
