// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Lane, Stakes} from "./types/Dispute.sol";

/// @title Deployer
/// @notice Makes the contracts of one chain, one call each. They know each other's addresses from
/// birth and for good: an address that a contract creates depends only on the creator's nonce, so
/// this contract can name all ten before the first exists. It appends the constructor arguments to
/// the creation codes that it is given, and has no power over what it made.
contract Deployer {
    /// @dev In this order; contract number i is made with nonce i + 1.
    uint256 internal constant SUPERCHAIN_CONFIG = 0;
    uint256 internal constant SYSTEM_CONFIG = 1;
    uint256 internal constant INBOX = 2;
    uint256 internal constant BATCH_INBOX = 3;
    uint256 internal constant BATCH_REGISTRY = 4;
    uint256 internal constant PORTAL = 5;
    uint256 internal constant PREIMAGE_ORACLE = 6;
    uint256 internal constant STEP_VERIFIER = 7;
    uint256 internal constant DISPUTE_GAME = 8;
    uint256 internal constant DISPUTE_GAME_FACTORY = 9;
    uint256 internal constant COUNT = 10;

    uint256 internal constant WORD_VERIFYING_CONTRACT = 3;

    /// @param owner of SystemConfig
    /// @param guardian who may pause
    /// @param poster who may post
    /// @param pauseBudget seconds of all pauses together
    /// @param sequencingWindow seconds after which an inbox message must be executed
    /// @param window seconds that a claim must earn
    /// @param payoutDelay seconds between confirmation and payments
    /// @param lineBond wei
    /// @param modes bit m: data mode m may be used
    /// @param genesisRoot state root before batch 1
    /// @param lane0, lane1 whose proofs count, and how much
    /// @param stakes bonds and refunds of contests
    /// @param config the first configuration; word 3 (verifying contract) is filled in here
    struct Settings {
        address owner;
        address guardian;
        address poster;
        uint64 pauseBudget;
        uint64 sequencingWindow;
        uint64 window;
        uint64 payoutDelay;
        uint128 lineBond;
        uint256 modes;
        bytes32 genesisRoot;
        Lane lane0;
        Lane lane1;
        Stakes stakes;
        bytes32[32] config;
    }

    /// @notice All contracts are there.
    event Deployed(
        address indexed registry,
        address portal,
        address inbox,
        address batchInbox,
        address systemConfig,
        address superchainConfig
    );

    error NotCreator(address caller);
    error AllDeployed();
    error CreationFailed(uint256 part);

    address private immutable creator;
    Settings private settings;

    /// @notice Contracts made so far.
    uint256 public deployed;

    constructor(Settings memory settings_) {
        creator = msg.sender;
        settings = settings_;
        settings.config[WORD_VERIFYING_CONTRACT] = bytes32(uint256(uint160(addressOf(PORTAL))));
    }

    /// @notice Makes the next contract: SuperchainConfig, SystemConfig, Inbox, BatchInbox,
    /// BatchRegistry, Portal, PreimageOracle, StepVerifier, DisputeGame (the code that all games
    /// run), DisputeGameFactory.
    /// @param creationCode as the compiler gave it, without arguments
    function deploy(bytes calldata creationCode) external returns (address made) {
        if (msg.sender != creator) revert NotCreator(msg.sender);
        uint256 part = deployed;
        if (part == COUNT) revert AllDeployed();
        bytes memory code = bytes.concat(creationCode, argumentsOf(part));
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
        }
        if (made == address(0)) bubble(part);
        deployed = part + 1;
        if (part + 1 == COUNT) {
            emit Deployed(
                addressOf(BATCH_REGISTRY),
                addressOf(PORTAL),
                addressOf(INBOX),
                addressOf(BATCH_INBOX),
                addressOf(SYSTEM_CONFIG),
                addressOf(SUPERCHAIN_CONFIG)
            );
        }
    }

    function registry() external view returns (address) {
        return addressOf(BATCH_REGISTRY);
    }

    function portal() external view returns (address) {
        return addressOf(PORTAL);
    }

    /// @notice Address of contract `part`, also before it exists: the last 20 bytes of the hash of
    /// the RLP list of this address and the nonce.
    function addressOf(uint256 part) public view returns (address) {
        bytes memory list =
            abi.encodePacked(bytes2(0xd694), address(this), bytes1(uint8(part + 1)));
        return address(uint160(uint256(keccak256(list))));
    }

    /// @dev Reverts with the constructor's own error, if it gave one.
    function bubble(uint256 part) private pure {
        assembly ("memory-safe") {
            let size := returndatasize()
            if size {
                let scratch := mload(0x40)
                returndatacopy(scratch, 0, size)
                revert(scratch, size)
            }
        }
        revert CreationFailed(part);
    }

    function argumentsOf(uint256 part) private view returns (bytes memory) {
        Settings memory s = settings;
        if (part == SUPERCHAIN_CONFIG) return abi.encode(s.guardian, s.pauseBudget);
        if (part == SYSTEM_CONFIG) {
            return abi.encode(
                s.owner,
                s.poster,
                s.sequencingWindow,
                s.modes,
                addressOf(INBOX),
                addressOf(BATCH_INBOX),
                addressOf(PORTAL),
                s.config
            );
        }
        if (part == INBOX) return abi.encode(addressOf(SYSTEM_CONFIG), addressOf(PORTAL));
        if (part == BATCH_INBOX) return abi.encode(addressOf(SYSTEM_CONFIG), addressOf(INBOX));
        if (part == BATCH_REGISTRY) {
            return abi.encode(
                addressOf(BATCH_INBOX),
                addressOf(SYSTEM_CONFIG),
                addressOf(SUPERCHAIN_CONFIG),
                addressOf(DISPUTE_GAME_FACTORY),
                s.window,
                s.lineBond,
                s.genesisRoot,
                s.lane0,
                s.lane1
            );
        }
        if (part == PORTAL) {
            return abi.encode(
                addressOf(INBOX),
                addressOf(BATCH_REGISTRY),
                addressOf(SUPERCHAIN_CONFIG),
                s.payoutDelay
            );
        }
        return argumentsOfCourt(part, s);
    }

    function argumentsOfCourt(uint256 part, Settings memory s)
        private
        view
        returns (bytes memory)
    {
        if (part == PREIMAGE_ORACLE) return "";
        if (part == STEP_VERIFIER) return abi.encode(addressOf(PREIMAGE_ORACLE));
        if (part == DISPUTE_GAME) {
            return abi.encode(
                addressOf(BATCH_REGISTRY),
                addressOf(SUPERCHAIN_CONFIG),
                addressOf(DISPUTE_GAME_FACTORY),
                addressOf(STEP_VERIFIER),
                s.window,
                s.lane0,
                s.lane1,
                s.stakes
            );
        }
        return abi.encode(addressOf(BATCH_REGISTRY), addressOf(DISPUTE_GAME));
    }
}
