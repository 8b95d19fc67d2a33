// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPreimageOracle} from "./interfaces/IPreimageOracle.sol";
import {Hashing} from "./libraries/Hashing.sol";

/// @title PreimageOracle
/// @notice Keeps the words of preimages that disputes need, or holds them for one transaction. The
/// length stands beside each word and marks it as known even where it is zero.
contract PreimageOracle is IPreimageOracle {
    /// @param lengthAndOne the preimage's length plus one; 0: not loaded
    struct Part {
        bytes32 word;
        uint256 lengthAndOne;
    }

    mapping(bytes32 key => mapping(uint256 offset => Part part)) private parts;

    /// @inheritdoc IPreimageOracle
    function show(bytes calldata preimage, uint256 offset) external returns (bytes32 key) {
        key = Hashing.data(preimage);
        uint256 slot = placeOf(key, offset);
        uint256 lengthAndOne = preimage.length + 1;
        bytes32 word = wordAt(preimage, offset);
        assembly ("memory-safe") {
            tstore(slot, lengthAndOne)
            tstore(add(slot, 1), word)
        }
    }

    /// @inheritdoc IPreimageOracle
    function load(bytes calldata preimage, uint256 offset) external returns (bytes32 key) {
        key = Hashing.data(preimage);
        keep(key, preimage, offset);
    }

    /// @inheritdoc IPreimageOracle
    function load(bytes calldata preimage, uint256[] calldata offsets)
        external
        returns (bytes32 key)
    {
        key = Hashing.data(preimage);
        for (uint256 i = 0; i < offsets.length; ++i) {
            keep(key, preimage, offsets[i]);
        }
    }

    /// @inheritdoc IPreimageOracle
    function read(bytes32 key, uint256 offset)
        external
        view
        returns (bytes32 word, uint256 length)
    {
        uint256 slot = placeOf(key, offset);
        uint256 lengthAndOne;
        assembly ("memory-safe") {
            lengthAndOne := tload(slot)
            word := tload(add(slot, 1))
        }
        if (lengthAndOne != 0) return (word, lengthAndOne - 1);
        Part storage part = parts[key][offset];
        lengthAndOne = part.lengthAndOne;
        if (lengthAndOne == 0) revert NotLoaded(key, offset);
        return (part.word, lengthAndOne - 1);
    }

    /// @inheritdoc IPreimageOracle
    function isLoaded(bytes32 key, uint256 offset) external view returns (bool) {
        return parts[key][offset].lengthAndOne != 0;
    }

    function keep(bytes32 key, bytes calldata preimage, uint256 offset) private {
        bytes32 word = wordAt(preimage, offset);
        Part storage part = parts[key][offset];
        if (part.lengthAndOne != 0) return;
        part.lengthAndOne = preimage.length + 1;
        if (word != 0) part.word = word;
        emit Loaded(key, offset);
    }

    function wordAt(bytes calldata preimage, uint256 offset) private pure returns (bytes32) {
        if (offset % 32 != 0 || offset > type(uint32).max) revert OffsetOutOfPlace(offset);
        // Conversion of a slice to 32 bytes pads it with zeros.
        return offset < preimage.length ? bytes32(preimage[offset:]) : bytes32(0);
    }

    /// @dev Two places of the transaction's own storage, by content.
    function placeOf(bytes32 key, uint256 offset) private pure returns (uint256 slot) {
        assembly ("memory-safe") {
            mstore(0x00, key)
            mstore(0x20, offset)
            slot := keccak256(0x00, 0x40)
        }
    }
}
