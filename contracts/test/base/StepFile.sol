// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStepVerifier} from "../../src/interfaces/IStepVerifier.sol";

/// @notice Reads a file of steps (src/vm/step_vectors_main.cpp) one after the other, straight into
/// the calldata of the calls that judge them: a hundred thousand steps leave no room for copies.
library StepFile {
    uint256 private constant LARGEST_CALL = 8192;
    bytes4 private constant LOAD = bytes4(keccak256("load(bytes,uint256)"));

    /// @param place where the next step begins in `content`
    /// @param input calldata of the call that judges the step
    /// @param preimage calldata of the call that shows its preimage to L1; empty without one
    struct Reader {
        bytes content;
        uint256 place;
        bytes input;
        bytes preimage;
        bool accepted;
        bytes32 next;
    }

    function open(bytes memory content) internal pure returns (Reader memory r, uint256 count) {
        r.content = content;
        r.input = new bytes(LARGEST_CALL);
        r.preimage = new bytes(LARGEST_CALL);
        return (r, take(r, 4));
    }

    function read(Reader memory r) internal pure {
        uint256 length = take(r, 4);
        uint256 end = r.place + length;
        r.accepted = take(r, 1) == 1;
        put(r.input, 0, IStepVerifier.step.selector);
        move(r, r.input, 4, 256);
        uint256 code = take(r, 1);
        put(r.input, 260, bytes32(uint256(320)));
        put(r.input, 324, bytes32(code));
        move(r, r.input, 356, 32 * code);
        uint256 data = take(r, 1);
        put(r.input, 292, bytes32(352 + 32 * code));
        put(r.input, 356 + 32 * code, bytes32(data));
        move(r, r.input, 388 + 32 * code, 32 * data);
        setLength(r.input, 388 + 32 * (code + data));
        r.next = bytes32(take(r, 32));
        setLength(r.preimage, 0);
        if (take(r, 1) == 1) readPreimage(r);
        require(r.place == end, "a step's length is wrong");
    }

    function readPreimage(Reader memory r) private pure {
        take(r, 32);
        put(r.preimage, 0, LOAD);
        put(r.preimage, 4, bytes32(uint256(64)));
        put(r.preimage, 36, bytes32(take(r, 4)));
        uint256 length = take(r, 2);
        put(r.preimage, 68, bytes32(length));
        put(r.preimage, 100 + length, 0);
        move(r, r.preimage, 100, length);
        setLength(r.preimage, 100 + (length + 31) / 32 * 32);
    }

    /// @dev The next `size` bytes as a number.
    function take(Reader memory r, uint256 size) private pure returns (uint256 value) {
        bytes memory content = r.content;
        uint256 place = r.place;
        require(place + size <= content.length, "the file ends in a step");
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, size)), mload(add(add(content, 0x20), place)))
        }
        r.place = place + size;
    }

    /// @dev The next `size` bytes to `at` in `target`.
    function move(Reader memory r, bytes memory target, uint256 to, uint256 size) private pure {
        bytes memory content = r.content;
        uint256 place = r.place;
        require(place + size <= content.length, "the file ends in a step");
        require(to + size <= LARGEST_CALL, "a step is too large");
        assembly ("memory-safe") {
            mcopy(add(add(target, 0x20), to), add(add(content, 0x20), place), size)
        }
        r.place = place + size;
    }

    function put(bytes memory target, uint256 to, bytes32 word) private pure {
        require(to + 32 <= LARGEST_CALL, "a step is too large");
        assembly ("memory-safe") {
            mstore(add(add(target, 0x20), to), word)
        }
    }

    function setLength(bytes memory target, uint256 length) private pure {
        assembly ("memory-safe") {
            mstore(target, length)
        }
    }
}
