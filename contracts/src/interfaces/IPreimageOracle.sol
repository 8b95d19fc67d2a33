// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IPreimageOracle
/// @notice Words of preimages of Keccak-256 that anyone has shown to L1, for steps of the fault
/// proof machine that read them. What is loaded stays forever, and is nobody's: who loads it again
/// changes nothing.
interface IPreimageOracle {
    /// @notice The word of `key`'s preimage at `offset` can be read from now on.
    event Loaded(bytes32 indexed key, uint256 offset);

    error NotLoaded(bytes32 key, uint256 offset);
    /// @notice A run reads at multiples of 32 below 2^32.
    error OffsetOutOfPlace(uint256 offset);

    /// @notice Makes the word of `preimage` at `offset` readable until the transaction ends, for
    /// a hundredth of what storing it costs (EIP-1153).
    function show(bytes calldata preimage, uint256 offset) external returns (bytes32 key);

    /// @notice Stores the word of `preimage` at `offset`.
    function load(bytes calldata preimage, uint256 offset) external returns (bytes32 key);

    /// @notice Stores the words of `preimage` at each of `offsets`.
    function load(bytes calldata preimage, uint256[] calldata offsets)
        external
        returns (bytes32 key);

    /// @notice The 32 bytes of `key`'s preimage from `offset` on, zeros beyond its end, and the
    /// preimage's length.
    function read(bytes32 key, uint256 offset) external view returns (bytes32 word, uint256 length);

    function isLoaded(bytes32 key, uint256 offset) external view returns (bool);
}
