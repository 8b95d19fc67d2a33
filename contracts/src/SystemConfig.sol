// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBatchInbox} from "./interfaces/IBatchInbox.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {ISystemConfig} from "./interfaces/ISystemConfig.sol";
import {Listing} from "./libraries/Listing.sol";
import {Message} from "./libraries/Message.sol";
import {Market} from "./types/Market.sol";
import {Perpetual} from "./types/Perpetual.sol";

/// @title SystemConfig
/// @notice Keeps every configuration that was announced, with the batch at which it starts. Since
/// a start can only be announced before its batch is fixed, the hash that L1 fixes with a batch
/// can
/// never change afterwards.
contract SystemConfig is ISystemConfig {
    struct Configuration {
        uint64 startBatch;
        bytes32 hash;
        bytes32[32] words;
    }

    /// @param modes bit m: data mode m may be used
    struct Posting {
        address poster;
        uint64 term;
        uint8 modes;
    }

    uint64 internal constant MAX_SEQUENCING_WINDOW = 1 days;

    uint256 internal constant MODE_LOCAL = 4;
    /// @dev Calldata and local directory: what can be read. Under any other mode the rows end at
    /// once, so a batch in it would be empty, whatever was kept elsewhere. Blobs (mode 1) need a
    /// function of their own: L1 must read their hashes itself, a root that the poster names is no
    /// commitment to them.
    uint256 internal constant SUPPORTED_MODES = 1 << 0 | 1 << MODE_LOCAL;

    uint256 internal constant WORD_VERSION = 0;
    uint256 internal constant WORD_IMAGE_ROOT = 2;
    uint256 internal constant WORD_VERIFYING_CONTRACT = 3;
    uint256 internal constant WORD_PAST_WINDOW_MS = 4;
    uint256 internal constant WORD_NONCE_AGE_MS = 6;
    uint256 internal constant WORD_MARKET_CAPACITY = 18;
    uint256 internal constant WORD_ASSET_CAPACITY = 21;
    /// @dev As many are created here, and no capacity may be smaller.
    uint32 internal constant MAX_MARKETS = 4096;
    /// @dev The Inbox lists as many.
    uint256 internal constant MIN_ASSET_CAPACITY = 4096;
    uint256 internal constant FIRST_RESERVED_WORD = 26;

    /// @inheritdoc ISystemConfig
    address public immutable inbox;
    /// @inheritdoc ISystemConfig
    address public immutable batchInbox;
    /// @inheritdoc ISystemConfig
    address public immutable portal;
    /// @inheritdoc ISystemConfig
    uint64 public immutable sequencingWindow;

    /// @inheritdoc ISystemConfig
    uint64 public immutable deploymentBlock;

    /// @inheritdoc ISystemConfig
    address public owner;
    /// @inheritdoc ISystemConfig
    address public pendingOwner;

    /// @inheritdoc ISystemConfig
    uint32 public marketCount;
    /// @inheritdoc ISystemConfig
    uint32 public collateralAsset;

    Posting private current;

    /// @dev Ordered by start; of equals the later holds; the first starts at batch 0.
    Configuration[] private configurations;

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    /// @param inbox_, batchInbox_, portal_ may be addresses at which nothing is deployed yet
    /// @param modes bit m: data mode m may be used
    /// @param words the first configuration, from batch 0 on
    constructor(
        address owner_,
        address poster,
        uint64 sequencingWindow_,
        uint256 modes,
        address inbox_,
        address batchInbox_,
        address portal_,
        bytes32[32] memory words
    ) {
        if (owner_ == address(0)) revert ZeroAddress();
        if (sequencingWindow_ == 0 || sequencingWindow_ > MAX_SEQUENCING_WINDOW) {
            revert SequencingWindowOutOfRange(sequencingWindow_);
        }
        inbox = inbox_;
        batchInbox = batchInbox_;
        portal = portal_;
        sequencingWindow = sequencingWindow_;
        deploymentBlock = uint64(block.number);
        owner = owner_;
        emit OwnershipTransferred(address(0), owner_);
        changePoster(poster, 1);
        changeModes(modes);
        // Immutables cannot be read here by what reads them later, so they are arguments.
        checkConfiguration(words, portal_, sequencingWindow_);
        addConfiguration(0, words);
    }

    /// @inheritdoc ISystemConfig
    function announceConfiguration(uint64 startBatch, bytes32[32] calldata words)
        external
        onlyOwner
    {
        uint64 earliest = IBatchInbox(batchInbox).nextBatch();
        uint64 lastStart = configurations[configurations.length - 1].startBatch;
        if (lastStart > earliest) earliest = lastStart;
        if (startBatch < earliest) revert StartsTooEarly(startBatch, earliest);
        checkConfiguration(words, portal, sequencingWindow);
        // What is replaced by this one was in force for no batch. No batch starts at 0 anew.
        bytes32 age = configurationOf(startBatch - 1).words[WORD_NONCE_AGE_MS];
        if (words[WORD_NONCE_AGE_MS] > age) {
            revert NonceAgeGrows(uint256(words[WORD_NONCE_AGE_MS]), uint256(age));
        }
        addConfiguration(startBatch, words);
    }

    /// @inheritdoc ISystemConfig
    function setPoster(address poster) external onlyOwner {
        changePoster(poster, current.term + 1);
    }

    /// @inheritdoc ISystemConfig
    function advanceTerm(uint64 term) external {
        Posting memory posting_ = current;
        if (msg.sender != posting_.poster && msg.sender != owner) {
            revert NotPosterOrOwner(msg.sender);
        }
        if (term != posting_.term + 1) revert WrongTerm(term, posting_.term);
        changePoster(posting_.poster, term);
    }

    /// @inheritdoc ISystemConfig
    function setDataModes(uint256 modes) external onlyOwner {
        changeModes(modes);
    }

    /// @inheritdoc ISystemConfig
    function transferOwnership(address newOwner) external onlyOwner {
        pendingOwner = newOwner;
        emit OwnershipTransferStarted(owner, newOwner);
    }

    /// @inheritdoc ISystemConfig
    function acceptOwnership() external {
        if (msg.sender != pendingOwner) revert NotPendingOwner(msg.sender);
        emit OwnershipTransferred(owner, msg.sender);
        owner = msg.sender;
        pendingOwner = address(0);
    }

    /// @inheritdoc ISystemConfig
    function listAsset(address token) external onlyOwner {
        IInbox(inbox).listAsset(token);
    }

    /// @inheritdoc ISystemConfig
    function createMarket(Market calldata market) external onlyOwner {
        if (!Listing.isSpot(market, IInbox(inbox).assetCount())) revert InvalidMarket();
        countMarket();
        IInbox(inbox).addAdminMessage(Message.CREATE_MARKET, Message.createMarket(market));
    }

    /// @inheritdoc ISystemConfig
    function createPerpetual(Perpetual calldata market) external onlyOwner {
        if (!Listing.isPerpetual(market, IInbox(inbox).assetCount(), collateralAsset)) {
            revert InvalidMarket();
        }
        countMarket();
        collateralAsset = market.quote;
        IInbox(inbox).addAdminMessage(Message.CREATE_PERPETUAL, Message.createPerpetual(market));
    }

    /// @inheritdoc ISystemConfig
    function setOracleSet(uint8 quorum, uint32[] calldata members) external onlyOwner {
        if (!Listing.isOracleSet(quorum, members)) revert InvalidOracleSet();
        IInbox(inbox)
            .addAdminMessage(Message.SET_ORACLE_SET, Message.setOracleSet(quorum, members));
    }

    /// @inheritdoc ISystemConfig
    function setMarketStatus(uint32 market, uint8 status) external onlyOwner {
        if (market == 0 || market > marketCount) revert UnknownMarket(market);
        if (status != 1 && status != 2) revert InvalidMarketStatus(status);
        IInbox(inbox)
            .addAdminMessage(Message.SET_MARKET_STATUS, Message.setMarketStatus(market, status));
    }

    /// @inheritdoc ISystemConfig
    function setFeeAccount(uint32 account) external onlyOwner {
        if (account == 0) revert ZeroAccount();
        IInbox(inbox).addAdminMessage(Message.SET_FEE_ACCOUNT, Message.setFeeAccount(account));
    }

    /// @inheritdoc ISystemConfig
    function posting() external view returns (address poster, uint64 term, uint256 modes) {
        Posting memory posting_ = current;
        return (posting_.poster, posting_.term, posting_.modes);
    }

    /// @inheritdoc ISystemConfig
    function configHash(uint64 batch) external view returns (bytes32) {
        return configurationOf(batch).hash;
    }

    /// @inheritdoc ISystemConfig
    function configuration(uint64 batch)
        external
        view
        returns (uint64 startBatch, bytes32[32] memory words)
    {
        Configuration storage found = configurationOf(batch);
        return (found.startBatch, found.words);
    }

    function changePoster(address poster, uint64 term) private {
        if (poster == address(0)) revert ZeroAddress();
        current.poster = poster;
        current.term = term;
        emit PosterChanged(poster, term);
    }

    function changeModes(uint256 modes) private {
        if (modes & ~SUPPORTED_MODES != 0) revert UnsupportedModes(modes);
        if (block.chainid == 1 && modes >> MODE_LOCAL & 1 == 1) revert LocalModeOnMainnet();
        current.modes = uint8(modes);
        emit DataModesChanged(modes);
    }

    function countMarket() private {
        if (marketCount == MAX_MARKETS) revert MarketTableFull();
        ++marketCount;
    }

    function addConfiguration(uint64 startBatch, bytes32[32] memory words) private {
        bytes32 hash = keccak256(abi.encode(words));
        configurations.push(Configuration({startBatch: startBatch, hash: hash, words: words}));
        emit ConfigurationAnnounced(startBatch, hash, words);
    }

    function checkConfiguration(bytes32[32] memory words, address portal_, uint64 windowSeconds)
        private
        pure
    {
        if (words[WORD_VERSION] != bytes32(uint256(1))) {
            revert UnsupportedVersion(words[WORD_VERSION]);
        }
        // Between rivals on a batch that no program judges nobody could ever decide.
        if (words[WORD_IMAGE_ROOT] == 0) revert NoImage();
        if (words[WORD_VERIFYING_CONTRACT] != bytes32(uint256(uint160(portal_)))) {
            revert WrongVerifyingContract(words[WORD_VERIFYING_CONTRACT], portal_);
        }
        if (uint256(words[WORD_PAST_WINDOW_MS]) < uint256(windowSeconds) * 1000) {
            revert PastWindowTooShort(uint256(words[WORD_PAST_WINDOW_MS]));
        }
        if (uint256(words[WORD_MARKET_CAPACITY]) < MAX_MARKETS) {
            revert MarketCapacityTooSmall(uint256(words[WORD_MARKET_CAPACITY]));
        }
        if (uint256(words[WORD_ASSET_CAPACITY]) < MIN_ASSET_CAPACITY) {
            revert AssetCapacityTooSmall(uint256(words[WORD_ASSET_CAPACITY]));
        }
        for (uint256 word = FIRST_RESERVED_WORD; word < 32; ++word) {
            if (words[word] != 0) revert ReservedWordNotZero(word);
        }
    }

    /// @dev The last configuration that starts at or before `batch`, by binary search after a look
    /// at the newest, which almost every call wants.
    function configurationOf(uint64 batch) private view returns (Configuration storage) {
        uint256 low = 0;
        uint256 high = configurations.length - 1;
        if (configurations[high].startBatch <= batch) return configurations[high];
        while (low + 1 < high) {
            uint256 middle = (low + high) / 2;
            if (configurations[middle].startBatch <= batch) low = middle;
            else high = middle;
        }
        return configurations[low];
    }
}
