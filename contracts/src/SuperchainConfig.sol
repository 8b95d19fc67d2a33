// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISuperchainConfig} from "./interfaces/ISuperchainConfig.sol";

/// @title SuperchainConfig
/// @notice Keeps every pause that ever was, so that others can count time without pauses from any
/// moment on and need no call when they start counting. One contract may serve several chains.
contract SuperchainConfig is ISuperchainConfig {
    /// @param before seconds of all earlier pauses
    struct Pause {
        uint64 start;
        uint64 end;
        uint64 before;
    }

    /// @inheritdoc ISuperchainConfig
    address public immutable guardian;
    /// @inheritdoc ISuperchainConfig
    uint64 public immutable pauseBudget;

    /// @dev Ordered; they do not overlap, and only the last can be unfinished.
    Pause[] private pauses;

    modifier onlyGuardian() {
        if (msg.sender != guardian) revert NotGuardian(msg.sender);
        _;
    }

    constructor(address guardian_, uint64 pauseBudget_) {
        if (guardian_ == address(0)) revert ZeroGuardian();
        guardian = guardian_;
        pauseBudget = pauseBudget_;
    }

    /// @inheritdoc ISuperchainConfig
    function pause(uint64 durationSeconds) external onlyGuardian {
        if (durationSeconds == 0) revert ZeroDuration();
        if (paused()) revert AlreadyPaused(pauses[pauses.length - 1].end);
        uint64 spent = pauseSpent();
        uint64 left = pauseBudget - spent;
        if (durationSeconds > left) revert PauseBudgetExceeded(durationSeconds, left);
        uint64 start = uint64(block.timestamp);
        pauses.push(Pause({start: start, end: start + durationSeconds, before: spent}));
        emit Paused(start, start + durationSeconds);
    }

    /// @inheritdoc ISuperchainConfig
    function unpause() external onlyGuardian {
        if (!paused()) revert NotPaused();
        uint64 end = uint64(block.timestamp);
        pauses[pauses.length - 1].end = end;
        emit Unpaused(end);
    }

    /// @inheritdoc ISuperchainConfig
    function pauseSpent() public view returns (uint64) {
        uint256 count = pauses.length;
        if (count == 0) return 0;
        Pause memory last = pauses[count - 1];
        return last.before + last.end - last.start;
    }

    /// @inheritdoc ISuperchainConfig
    function paused() public view returns (bool) {
        uint256 count = pauses.length;
        return count != 0 && block.timestamp < pauses[count - 1].end;
    }

    /// @inheritdoc ISuperchainConfig
    function pausedBefore(uint64 time) public view returns (uint64) {
        // Binary search for the number of pauses that started before `time`.
        uint256 low = 0;
        uint256 high = pauses.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (pauses[middle].start < time) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return 0;
        Pause memory last = pauses[low - 1];
        return last.before + (time < last.end ? time : last.end) - last.start;
    }

    /// @inheritdoc ISuperchainConfig
    function unpausedSince(uint64 from) external view returns (uint64) {
        uint64 time = uint64(block.timestamp);
        if (pauses.length == 0) return time - from;
        return (time - from) - (pausedBefore(time) - pausedBefore(from));
    }
}
