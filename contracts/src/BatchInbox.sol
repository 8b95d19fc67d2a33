// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchInbox} from "./interfaces/IBatchInbox.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {ISystemConfig} from "./interfaces/ISystemConfig.sol";
import {Caller} from "./libraries/Caller.sol";
import {Hashing} from "./libraries/Hashing.sol";
import {IncrementalTree, PAGE_DEPTH} from "./libraries/IncrementalTree.sol";

/// @title BatchInbox
/// @notice Takes the pages of one batch after another. Each call names the chain of posts that it
/// continues, so that after a reorganisation of L1 no post can land in another place.
contract BatchInbox is IBatchInbox {
    using IncrementalTree for bytes32[PAGE_DEPTH + 1];

    /// @dev One slot.
    /// @param next the batch that is being posted
    /// @param pages pages posted for it
    /// @param must `inbox_must` of the batch before
    /// @param lastFixedTime when that was fixed, in seconds
    struct Progress {
        uint64 next;
        uint64 pages;
        uint64 must;
        uint64 lastFixedTime;
    }

    /// @dev What decides who may post how; read once a call.
    struct Posting {
        address poster;
        uint64 term;
        uint256 modes;
    }

    uint256 internal constant MAX_PAGES = 1 << PAGE_DEPTH;
    uint256 internal constant MAX_PAGE_BYTES = 4096;
    /// @dev So that a batch always has units enough to execute the messages that it must.
    uint64 internal constant MAX_FORCED_MESSAGES = 1 << 14;
    uint8 internal constant MODE_CALLDATA = 0;

    /// @inheritdoc IBatchInbox
    address public immutable systemConfig;
    /// @inheritdoc IBatchInbox
    address public immutable inbox;
    uint64 internal immutable sequencingWindow;

    Progress private progress;
    /// @inheritdoc IBatchInbox
    bytes32 public postHash;
    /// @inheritdoc IBatchInbox
    mapping(uint64 batch => bytes32) public postedHash;
    /// @dev Of the page tree of the next batch; entries of an earlier batch are overwritten.
    bytes32[PAGE_DEPTH + 1] private frontier;

    /// @param systemConfig_, inbox_ deployed already
    constructor(address systemConfig_, address inbox_) {
        systemConfig = systemConfig_;
        inbox = inbox_;
        sequencingWindow = ISystemConfig(systemConfig_).sequencingWindow();
        progress = Progress({next: 1, pages: 0, must: 0, lastFixedTime: uint64(block.timestamp)});
    }

    /// @inheritdoc IBatchInbox
    function post(
        uint64 batch,
        uint64 firstPage,
        bytes32 prevPostHash,
        uint64 term,
        bytes[] calldata pages
    ) external {
        Posting memory p = posting();
        checkPoster(p, term);
        // Who reads the pages looks for them in the transaction's calldata.
        if (!Caller.isTransaction(msg.sender)) revert NotATransaction(msg.sender);
        checkMode(p, MODE_CALLDATA);
        Progress memory state = progress;
        checkPlace(state, batch, prevPostHash);
        if (firstPage != state.pages) revert WrongFirstPage(firstPage, state.pages);
        if (pages.length == 0) revert EmptyPost();
        if (state.pages + pages.length > MAX_PAGES) {
            revert TooManyPages(state.pages + pages.length);
        }

        bytes32[] memory leaves = hashPages(pages);
        bytes32 leavesHash = keccak256(abi.encodePacked(leaves));
        frontier.appendMany(firstPage, leaves);
        bytes32 newPostHash = keccak256(
            abi.encode(prevPostHash, uint256(batch), uint256(firstPage), pages.length, leavesHash)
        );
        postHash = newPostHash;
        progress.pages = firstPage + uint64(pages.length);
        emit Posted(batch, firstPage, uint64(pages.length), prevPostHash, newPostHash, leavesHash);
    }

    /// @inheritdoc IBatchInbox
    function fix(
        uint64 batch,
        bytes32 prevPostHash,
        uint64 term,
        bytes32 configHash,
        uint64 mustCheckpoint
    ) external {
        Posting memory p = posting();
        Progress memory state = progress;
        checkPlace(state, batch, prevPostHash);
        uint64 pages = state.pages;
        bool stranger = msg.sender != p.poster;
        if (stranger) {
            if (block.timestamp <= uint256(state.lastFixedTime) + sequencingWindow) {
                revert SequencerNotLate(state.lastFixedTime);
            }
            pages = 0;
        } else {
            checkPoster(p, term);
        }
        bytes32 dataRoot = frontier.pageRoot(pages);
        uint64 overdue =
            complete(state, MODE_CALLDATA, dataRoot, pages, configHash, mustCheckpoint);
        if (stranger && overdue <= state.must) revert NoOverdueMessage();
    }

    /// @inheritdoc IBatchInbox
    function fixExternal(
        uint64 batch,
        bytes32 prevPostHash,
        uint64 term,
        bytes32 configHash,
        uint64 mustCheckpoint,
        uint8 mode,
        bytes32 dataRoot,
        uint64 pages
    ) external {
        Posting memory p = posting();
        checkPoster(p, term);
        if (mode == MODE_CALLDATA) revert ModeNotAllowed(mode);
        checkMode(p, mode);
        Progress memory state = progress;
        checkPlace(state, batch, prevPostHash);
        if (state.pages != 0) revert PagesAlreadyPosted(state.pages);
        if (pages > MAX_PAGES) revert TooManyPages(pages);
        complete(state, mode, dataRoot, pages, configHash, mustCheckpoint);
    }

    /// @inheritdoc IBatchInbox
    function nextBatch() external view returns (uint64) {
        return progress.next;
    }

    /// @inheritdoc IBatchInbox
    function pageCount() external view returns (uint64) {
        return progress.pages;
    }

    /// @inheritdoc IBatchInbox
    function inboxMust() external view returns (uint64) {
        return progress.must;
    }

    /// @inheritdoc IBatchInbox
    function lastFixedTime() external view returns (uint64) {
        return progress.lastFixedTime;
    }

    /// @dev Fixes the seven words of the next batch. Returns the number of overdue messages.
    function complete(
        Progress memory state,
        uint8 mode,
        bytes32 dataRoot,
        uint64 pages,
        bytes32 configHash,
        uint64 mustCheckpoint
    ) private returns (uint64 overdue) {
        bytes32 expected = ISystemConfig(systemConfig).configHash(state.next);
        if (configHash != expected) revert WrongConfigHash(configHash, expected);
        bytes32[7] memory words;
        words[0] = keccak256(abi.encode(uint256(mode), dataRoot, uint256(pages)));
        words[1] = bytes32(uint256(pages));
        (words[2], overdue) = IInbox(inbox).snapshot(mustCheckpoint);
        uint64 must = nextMust(state.must, overdue);
        words[3] = bytes32(uint256(must));
        words[4] = bytes32(block.timestamp * 1000);
        words[5] = blockhash(block.number - 1);
        words[6] = configHash;
        bytes32 hash = keccak256(abi.encode(words));
        postedHash[state.next] = hash;
        progress = Progress({
            next: state.next + 1, pages: 0, must: must, lastFixedTime: uint64(block.timestamp)
        });
        emit Fixed(state.next, words, hash);
    }

    function posting() private view returns (Posting memory p) {
        (p.poster, p.term, p.modes) = ISystemConfig(systemConfig).posting();
    }

    function checkPoster(Posting memory p, uint64 term) private view {
        if (msg.sender != p.poster) revert NotPoster(msg.sender);
        if (term != p.term) revert StaleTerm(term, p.term);
    }

    function checkMode(Posting memory p, uint8 mode) private pure {
        if (p.modes >> mode & 1 == 0) revert ModeNotAllowed(mode);
    }

    function checkPlace(Progress memory state, uint64 batch, bytes32 prevPostHash) private view {
        if (batch != state.next) revert WrongBatch(batch, state.next);
        bytes32 expected = postHash;
        if (prevPostHash != expected) revert WrongPrevPostHash(prevPostHash, expected);
    }

    function hashPages(bytes[] calldata pages) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](pages.length);
        for (uint256 i = 0; i < pages.length; ++i) {
            uint256 length = pages[i].length;
            if (length == 0 || length > MAX_PAGE_BYTES) revert PageLengthOutOfRange(i, length);
            leaves[i] = Hashing.data(pages[i]);
        }
    }

    /// @dev At most `MAX_FORCED_MESSAGES` more than before. Never less: the number of overdue
    /// messages only grows, and `previous` was such a number or less.
    function nextMust(uint64 previous, uint64 overdue) private pure returns (uint64) {
        uint64 most = previous + MAX_FORCED_MESSAGES;
        return overdue < most ? overdue : most;
    }
}
