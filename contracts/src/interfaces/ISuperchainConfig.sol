// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title ISuperchainConfig
/// @notice A guardian's pause. While it lasts nothing is paid out and no claim earns time. It ends
/// by itself, and all pauses ever together are bounded, so that the guardian can delay but not
/// keep.
interface ISuperchainConfig {
    event Paused(uint64 start, uint64 end);
    event Unpaused(uint64 end);

    error NotGuardian(address caller);
    error AlreadyPaused(uint64 until);
    error NotPaused();
    error ZeroDuration();
    error ZeroGuardian();
    /// @notice All pauses together would last longer than allowed.
    error PauseBudgetExceeded(uint64 requested, uint64 left);

    function guardian() external view returns (address);

    /// @notice Seconds that all pauses together may last.
    function pauseBudget() external view returns (uint64);

    /// @notice Seconds that all pauses so far last, up to their ends.
    function pauseSpent() external view returns (uint64);

    function paused() external view returns (bool);

    /// @notice Seconds of pause before `time` (seconds of Unix time, not in the future).
    function pausedBefore(uint64 time) external view returns (uint64);

    /// @notice Seconds that passed since `from` outside of any pause.
    function unpausedSince(uint64 from) external view returns (uint64);

    function pause(uint64 durationSeconds) external;
    function unpause() external;
}
