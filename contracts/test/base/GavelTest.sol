// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BatchInbox} from "../../src/BatchInbox.sol";
import {BatchRegistry} from "../../src/BatchRegistry.sol";
import {Deployer} from "../../src/Deployer.sol";
import {DisputeGame} from "../../src/DisputeGame.sol";
import {DisputeGameFactory} from "../../src/DisputeGameFactory.sol";
import {Inbox} from "../../src/Inbox.sol";
import {Portal} from "../../src/Portal.sol";
import {PreimageOracle} from "../../src/PreimageOracle.sol";
import {StepVerifier} from "../../src/StepVerifier.sol";
import {SuperchainConfig} from "../../src/SuperchainConfig.sol";
import {SystemConfig} from "../../src/SystemConfig.sol";
import {ClaimId} from "../../src/types/ClaimId.sol";
import {Stakes} from "../../src/types/Dispute.sol";
import {Assertions} from "./Assertions.sol";
import {vm} from "./Vm.sol";

/// @notice A chain deployed as in production, its actors, and the steps of the main job in short.
abstract contract GavelTest is Assertions {
    address internal constant OWNER = address(0xA11CE);
    address internal constant GUARDIAN = address(0x6A4D1A);
    address internal constant POSTER = address(0xB0B);
    address internal constant ALICE = address(0xA00001);
    address internal constant BOB = address(0xA00002);
    address internal constant CAROL = address(0xA00003);

    uint64 internal constant START = 1_700_000_000;
    uint64 internal constant PAUSE_BUDGET = 90 days;
    uint64 internal constant SEQUENCING_WINDOW = 12 hours;
    uint64 internal constant WINDOW = 7 days;
    uint64 internal constant PAYOUT_DELAY = 1 days;
    uint128 internal constant LINE_BOND = 0.5 ether;
    bytes32 internal constant GENESIS_ROOT = keccak256("genesis");
    /// @dev The poster's first fencing term.
    uint64 internal constant TERM = 1;

    Deployer internal deployer;
    SuperchainConfig internal superchainConfig;
    SystemConfig internal systemConfig;
    Inbox internal inbox;
    BatchInbox internal batchInbox;
    BatchRegistry internal registry;
    Portal internal portal;
    PreimageOracle internal oracle;
    /// @dev Where the judge of steps is; in tests of the game that is a toy.
    address internal stepVerifier;
    DisputeGameFactory internal factory;

    /// @dev What a claim needs to know of its parent.
    struct Tip {
        ClaimId id;
        uint64 batch;
        bytes32[32] end;
    }

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(1000);
        deployChain(settingsOfChain());
        vm.deal(ALICE, 1000 ether);
        vm.deal(BOB, 1000 ether);
        vm.deal(CAROL, 1000 ether);
    }

    function settingsOfChain() internal view virtual returns (Deployer.Settings memory) {
        return defaultSettings();
    }

    function defaultSettings() internal pure returns (Deployer.Settings memory s) {
        s.owner = OWNER;
        s.guardian = GUARDIAN;
        s.poster = POSTER;
        s.pauseBudget = PAUSE_BUDGET;
        s.sequencingWindow = SEQUENCING_WINDOW;
        s.window = WINDOW;
        s.payoutDelay = PAYOUT_DELAY;
        s.lineBond = LINE_BOND;
        s.modes = 1 << 0 | 1 << 4;
        s.genesisRoot = GENESIS_ROOT;
        s.stakes = Stakes({
            contestBond: 1 ether,
            claimBond: 0.1 ether,
            openBond: 0.05 ether,
            claimRefund: 0.02 ether,
            openRefund: 0.01 ether,
            stepRefund: 0.03 ether,
            proveRefund: 0.04 ether,
            resolveRefund: 0.05 ether,
            settleDelay: 1 days
        });
        s.config[0] = bytes32(uint256(1));
        s.config[1] = bytes32(uint256(31_337));
        s.config[2] = "program";
        s.config[4] = bytes32(uint256(86_400_000));
        s.config[5] = bytes32(uint256(60_000));
        s.config[6] = bytes32(uint256(172_800_000));
        s.config[18] = bytes32(uint256(4096));
        s.config[21] = bytes32(uint256(4096));
    }

    function deployChain(Deployer.Settings memory settings) internal {
        deployer = new Deployer(settings);
        superchainConfig = SuperchainConfig(deployer.deploy(type(SuperchainConfig).creationCode));
        systemConfig = SystemConfig(deployer.deploy(type(SystemConfig).creationCode));
        inbox = Inbox(deployer.deploy(type(Inbox).creationCode));
        batchInbox = BatchInbox(deployer.deploy(type(BatchInbox).creationCode));
        registry = BatchRegistry(deployer.deploy(type(BatchRegistry).creationCode));
        portal = Portal(deployer.deploy(type(Portal).creationCode));
        oracle = PreimageOracle(deployer.deploy(type(PreimageOracle).creationCode));
        stepVerifier = deployer.deploy(judge());
        deployer.deploy(type(DisputeGame).creationCode);
        factory = DisputeGameFactory(deployer.deploy(type(DisputeGameFactory).creationCode));
    }

    /// @notice Creation code of what judges steps.
    function judge() internal pure virtual returns (bytes memory) {
        return type(StepVerifier).creationCode;
    }

    /// @notice Goes on by `count` blocks of 12 seconds.
    function mine(uint256 count) internal {
        vm.roll(block.number + count);
        vm.warp(block.timestamp + 12 * count);
    }

    /// @notice Gives a token (zero: ether) its place, as the owner does.
    function list(address token) internal {
        vm.prank(OWNER);
        systemConfig.listAsset(token);
    }

    function depositETH(address from, uint256 amount) internal {
        vm.prank(from, from);
        inbox.depositETH{value: amount}(from, 0);
    }

    function post(bytes[] memory pages) internal {
        uint64 batch = batchInbox.nextBatch();
        uint64 first = batchInbox.pageCount();
        bytes32 prev = batchInbox.postHash();
        vm.prank(POSTER, POSTER);
        batchInbox.post(batch, first, prev, TERM, pages);
    }

    /// @notice Fixes the next batch as the poster, and returns the seven words.
    function fix() internal returns (bytes32[7] memory words) {
        uint64 batch = batchInbox.nextBatch();
        bytes32 prev = batchInbox.postHash();
        bytes32 configHash = systemConfig.configHash(batch);
        uint64 must = inbox.overdueCheckpoint();
        uint64 pages = batchInbox.pageCount();
        bytes32 dataRoot = pageRoot();
        words[0] = keccak256(abi.encode(uint256(0), dataRoot, uint256(pages)));
        words[1] = bytes32(uint256(pages));
        words[2] = inbox.inboxRoot();
        vm.prank(POSTER, POSTER);
        batchInbox.fix(batch, prev, TERM, configHash, must);
        words[3] = bytes32(uint256(batchInbox.inboxMust()));
        words[4] = bytes32(block.timestamp * 1000);
        words[5] = blockhash(block.number - 1);
        words[6] = configHash;
        delete posted;
    }

    /// @dev Leaves of the pages of the batch that is being posted, as `postPages` noted them.
    bytes32[] internal posted;

    function pageRoot() internal view virtual returns (bytes32) {
        bytes32[] memory level = posted;
        bytes32 empty = 0;
        for (uint256 depth = 0; depth < 18; ++depth) {
            bytes32[] memory nodes = new bytes32[]((level.length + 1) / 2);
            for (uint256 i = 0; i < nodes.length; ++i) {
                bytes32 right = 2 * i + 1 < level.length ? level[2 * i + 1] : empty;
                nodes[i] = keccak256(abi.encodePacked(level[2 * i], right));
            }
            level = nodes;
            empty = keccak256(abi.encodePacked(empty, empty));
        }
        return level.length == 0 ? empty : level[0];
    }

    /// @notice Posts pages and notes their leaves.
    function postPages(bytes[] memory pages) internal {
        post(pages);
        for (uint256 i = 0; i < pages.length; ++i) {
            posted.push(keccak256(pages[i]));
        }
    }

    function somePages(uint256 count, uint256 length, uint256 seed)
        internal
        pure
        returns (bytes[] memory pages)
    {
        pages = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes memory page = new bytes(length);
            bytes32 state = keccak256(abi.encode(seed, i));
            for (uint256 done = 0; done < length; done += 32) {
                state = keccak256(abi.encode(state));
                for (uint256 j = 0; j < 32 && done + j < length; ++j) {
                    page[done + j] = state[j];
                }
            }
            pages[i] = page;
        }
    }

    function genesisTip() internal view returns (Tip memory tip) {
        tip.id = registry.genesisId();
        tip.end[13] = bytes32(uint256(2));
        tip.end[15] = GENESIS_ROOT;
        tip.end[21] = systemConfig.configHash(0);
    }

    /// @notice A possible end of `batch` with state root `stateRoot`.
    function endOf(uint64 batch, bytes32[7] memory words, bytes32 stateRoot)
        internal
        pure
        returns (bytes32[32] memory end)
    {
        end[0] = bytes32(uint256(17));
        end[1] = bytes32(uint256(batch));
        end[2] = words[0];
        end[3] = words[1];
        end[6] = bytes32(uint256(batch) * 10);
        end[7] = words[4];
        end[9] = keccak256(abi.encode("block", batch));
        end[11] = keccak256("transactions");
        end[13] = bytes32(uint256(2));
        end[15] = stateRoot;
        end[16] = words[3];
        end[17] = words[2];
        end[18] = words[3];
        end[19] = words[4];
        end[20] = words[5];
        end[21] = words[6];
        end[23] = keccak256("blocks");
    }

    function claimAs(
        address claimer,
        Tip memory parent,
        bytes32[7] memory words,
        bytes32[32] memory end
    ) internal returns (Tip memory tip) {
        uint256 bond = registry.bondDue(claimer, parent.id, hashOf(parent.end));
        vm.prank(claimer);
        ClaimId id =
            registry.claim{value: bond}(parent.id, parent.batch + 1, words, parent.end, end);
        return Tip({id: id, batch: parent.batch + 1, end: end});
    }

    function confirm(Tip memory parent, bytes32[7] memory words, Tip memory tip) internal {
        registry.confirm(tip.id, firstHash(parent, words), hashOf(tip.end));
    }

    /// @notice Hash of the first cursor, written out word by word from the protocol's text.
    function firstHash(Tip memory parent, bytes32[7] memory words)
        internal
        pure
        returns (bytes32)
    {
        bytes32 emptyFrontier = keccak256(new bytes(448));
        bytes memory head = abi.encodePacked(
            uint256(0), uint256(parent.batch + 1), words[0], words[1], uint256(0), uint256(0)
        );
        bytes memory blocks = abi.encodePacked(
            parent.end[6], parent.end[7], uint256(0), parent.end[9], uint256(0), emptyFrontier
        );
        bytes memory state = abi.encodePacked(
            uint256(0), uint256(0), uint256(0), parent.end[15], parent.end[16], words[2], words[3]
        );
        bytes memory tail = abi.encodePacked(
            words[4], words[5], words[6], uint256(0), emptyFrontier, new bytes(256)
        );
        return keccak256(bytes.concat(head, blocks, state, tail));
    }

    function hashOf(bytes32[32] memory words) internal pure returns (bytes32) {
        return keccak256(abi.encode(words));
    }
}
