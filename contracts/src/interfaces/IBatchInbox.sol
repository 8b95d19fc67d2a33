// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title IBatchInbox
/// @notice The data of batches. L1 itself computes what a batch's data is committed to and fixes,
/// with it, the inbox and the time, so that all of it is agreed before anyone claims a result.
interface IBatchInbox {
    /// @notice Pages `firstPage .. firstPage + count - 1` of `batch`, which are in the calldata.
    event Posted(
        uint64 indexed batch,
        uint64 firstPage,
        uint64 count,
        bytes32 prevPostHash,
        bytes32 postHash,
        bytes32 leavesHash
    );

    /// @notice A batch is complete. `words`: data commitment, data length, inbox root, inbox must,
    /// L1 time (ms), L1 block hash, configuration hash. With data length 0, pages that were posted
    /// for the batch do not count. `postedHash` is the hash of `words`.
    event Fixed(uint64 indexed batch, bytes32[7] words, bytes32 postedHash);

    error NotPoster(address caller);
    /// @notice The call is not the transaction itself, or its sender has code.
    error NotATransaction(address caller);
    error StaleTerm(uint64 term, uint64 current);
    error WrongBatch(uint64 batch, uint64 expected);
    error WrongFirstPage(uint64 firstPage, uint64 expected);
    error WrongPrevPostHash(bytes32 prevPostHash, bytes32 expected);
    error WrongConfigHash(bytes32 configHash, bytes32 expected);
    error EmptyPost();
    error PageLengthOutOfRange(uint256 page, uint256 length);
    error TooManyPages(uint256 pages);
    error ModeNotAllowed(uint256 mode);
    /// @notice External data was named for a batch that has pages in calldata.
    error PagesAlreadyPosted(uint64 pages);
    /// @notice A stranger may fix a batch only when none was fixed for a whole window ...
    error SequencerNotLate(uint64 lastFixedTime);
    /// @notice ... and a message waits that no fixed batch had to execute.
    error NoOverdueMessage();

    function systemConfig() external view returns (address);
    function inbox() external view returns (address);

    /// @notice The batch that is being posted; batches before it are fixed.
    function nextBatch() external view returns (uint64);

    /// @notice Pages posted so far for the next batch.
    function pageCount() external view returns (uint64);

    /// @notice `inbox_must` of the newest fixed batch.
    function inboxMust() external view returns (uint64);

    /// @notice When the newest batch was fixed, in seconds.
    function lastFixedTime() external view returns (uint64);

    /// @notice Current value of the chain of posts.
    function postHash() external view returns (bytes32);

    /// @notice Hash of the seven words of batch `batch`, or 0 while it is not fixed.
    function postedHash(uint64 batch) external view returns (bytes32);

    /// @notice Only as a transaction of an account without code (also not that of EIP-7702), so
    /// that the pages are in its calldata.
    /// @param pages each 1..4096 bytes
    function post(
        uint64 batch,
        uint64 firstPage,
        bytes32 prevPostHash,
        uint64 term,
        bytes[] calldata pages
    ) external;

    /// @param mustCheckpoint see `Inbox.snapshot`
    function fix(
        uint64 batch,
        bytes32 prevPostHash,
        uint64 term,
        bytes32 configHash,
        uint64 mustCheckpoint
    ) external;

    /// @param mode data mode: 4 local directory
    function fixExternal(
        uint64 batch,
        bytes32 prevPostHash,
        uint64 term,
        bytes32 configHash,
        uint64 mustCheckpoint,
        uint8 mode,
        bytes32 dataRoot,
        uint64 pages
    ) external;
}
