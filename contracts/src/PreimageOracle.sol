// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPreimageOracle} from "./interfaces/IPreimageOracle.sol";
import {Hashing} from "./libraries/Hashing.sol";

/// @title PreimageOracle
/// @notice Keeps the words of preimages that disputes need. The length stands beside each word, so
/// that one look finds both, and marks the word as loaded even where it is zero.
contract PreimageOracle is IPreimageOracle {
    /// @param lengthAndOne the preimage's length plus one; 0: not loaded
    struct Part {
        bytes32 word;
        uint256 lengthAndOne;
    }

    mapping(bytes32 key => mapping(uint256 offset => Part part)) private parts;

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
        Part storage part = parts[key][offset];
        uint256 lengthAndOne = part.lengthAndOne;
        if (lengthAndOne == 0) revert NotLoaded(key, offset);
        return (part.word, lengthAndOne - 1);
    }

    /// @inheritdoc IPreimageOracle
    function isLoaded(bytes32 key, uint256 offset) external view returns (bool) {
        return parts[key][offset].lengthAndOne != 0;
    }

    function keep(bytes32 key, bytes calldata preimage, uint256 offset) private {
        if (offset % 32 != 0 || offset > type(uint32).max) revert OffsetOutOfPlace(offset);
        Part storage part = parts[key][offset];
        if (part.lengthAndOne != 0) return;
        part.lengthAndOne = preimage.length + 1;
        // Conversion of a slice to 32 bytes pads it with zeros.
        if (offset < preimage.length) part.word = bytes32(preimage[offset:]);
        emit Loaded(key, offset);
    }
}
