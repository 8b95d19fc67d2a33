// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Deployer} from "../src/Deployer.sol";
import {IBatchRegistry} from "../src/interfaces/IBatchRegistry.sol";
import {IDisputeGame} from "../src/interfaces/IDisputeGame.sol";
import {ClaimId} from "../src/types/ClaimId.sol";
import {Link, Raise} from "../src/types/Dispute.sol";
import {GameTest} from "./base/GameTest.sol";
import {vm} from "./base/Vm.sol";

/// @notice Takes its money once, however often it asks for it.
contract Greedy {
    IDisputeGame public game;
    uint256 public asked;
    bool public refusing;

    function play(IDisputeGame game_, bytes calldata move) external payable {
        game = game_;
        (bool done,) = address(game_).call{value: msg.value}(move);
        require(done, "no move");
    }

    function refuse(bool refuses) external {
        refusing = refuses;
    }

    function collect() external {
        game.collect();
    }

    receive() external payable {
        require(!refusing, "refused");
        ++asked;
        try game.collect() {} catch {}
    }
}

/// @notice A played contest in which HONEST made every right move and BOB resolved.
abstract contract PlayedTest is GameTest {
    View internal lie;
    Play[] internal ours;
    Play[] internal theirs;

    function setUp() public virtual override {
        super.setUp();
        lie = contest();
        (Play[] memory a, Play[] memory b, Place memory last) = playDown(lie, 60);
        for (uint256 i = 0; i < 8; ++i) {
            ours.push(a[i]);
            theirs.push(b[i]);
        }
        stepAs(HONEST, truth, last);
        vm.warp(block.timestamp + WINDOW);
        Raise[] memory raises = raisesOf(a);
        vm.prank(BOB);
        game.resolve(truth.end, raises);
    }

    /// @dev From the root down to the step.
    function allLinks() internal view returns (Link[] memory links) {
        links = new Link[](8);
        for (uint256 i = 0; i < 8; ++i) {
            Play memory p = ours[i];
            uint256 k = pairOf(p, theirs[i]).index;
            links[i] = linkOf(p, k, i == 7 ? bytes32(0) : ours[i + 1].root);
        }
    }

    function settleAll() internal {
        game.settleRoot(ours[0].root);
        game.settle(allLinks());
    }

    function finish() internal {
        confirmWinner(truth.end);
        vm.warp(block.timestamp + 1 days);
    }

    function collectAs(address who) internal returns (uint256 paid) {
        uint256 before = who.balance;
        vm.prank(who);
        game.collect();
        return who.balance - before;
    }

    function falseId() internal view returns (ClaimId) {
        return ClaimId.wrap(keccak256(abi.encodePacked(genesis.id, uint256(1), first, lie.end)));
    }
}

contract GameMoneyTest is PlayedTest {
    uint256 private constant BONDS = 1 ether + 7 * 0.1 ether + 8 * 0.05 ether;
    uint256 private constant REFUNDS = 8 * 0.02 ether + 8 * 0.01 ether + 0.03 ether;

    function test_who_supports_the_winner_gets_bonds_and_refunds() public {
        settleAll();
        finish();
        assertEq(collectAs(HONEST), BONDS + REFUNDS);
        assertEq(collectAs(BOB), 0.05 ether);
        refuseCollect(CHEATER, abi.encodeWithSelector(IDisputeGame.NothingDue.selector, CHEATER));
        refuseCollect(HONEST, abi.encodeWithSelector(IDisputeGame.NothingDue.selector, HONEST));
        // The rest of the loser's bonds is nobody's.
        assertEq(address(game).balance, 1.7 ether - REFUNDS - 0.05 ether);
    }

    function test_showing_twice_pays_once() public {
        settleAll();
        settleAll();
        (uint128 bonds, uint128 refunds) = game.dueTo(HONEST);
        assertEq(bonds, BONDS);
        assertEq(refunds, REFUNDS);
    }

    function test_what_is_not_shown_is_not_paid() public {
        game.settleRoot(ours[0].root);
        finish();
        assertEq(collectAs(HONEST), 1 ether + 0.02 ether);
    }

    function test_collecting_waits_for_the_winner_and_the_delay() public {
        settleAll();
        bytes memory early = abi.encodeWithSelector(IDisputeGame.SettlingNotOver.selector);
        refuseCollect(HONEST, early);
        vm.warp(block.timestamp + 365 days);
        refuseCollect(HONEST, early);
        confirmWinner(truth.end);
        vm.warp(block.timestamp + 1 days - 1);
        refuseCollect(HONEST, early);
        vm.prank(GUARDIAN);
        superchainConfig.pause(1000);
        vm.warp(block.timestamp + 1000);
        refuseCollect(HONEST, early);
        vm.warp(block.timestamp + 1);
        collectAs(HONEST);
    }

    function test_settling_ends_with_the_delay() public {
        finish();
        vm.expectRevert(IDisputeGame.SettlingOver.selector);
        game.settleRoot(ours[0].root);
        Link[] memory links = allLinks();
        vm.expectRevert(IDisputeGame.SettlingOver.selector);
        game.settle(links);
    }

    function test_a_link_starts_at_a_claim_that_supports_the_winner() public {
        Link[] memory links = allLinks();
        bytes32 rootDispute = idOf(rootPlace().key);
        refuse(
            links,
            abi.encodeWithSelector(IDisputeGame.NotSupporting.selector, rootDispute, truth.end)
        );
        game.settleRoot(ours[0].root);
        Play memory other = ours[0];
        other.list[5] = "other";
        complete(other);
        links[0] = linkOf(other, 2, 0);
        refuse(links, abi.encodeWithSelector(IDisputeGame.NotBest.selector, other.id));
        links[0] = linkOf(theirs[0], 2, theirs[1].root);
        refuse(
            links,
            abi.encodeWithSelector(IDisputeGame.NotSupporting.selector, rootDispute, lie.end)
        );
    }

    function test_the_best_claim_is_named_rightly() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputeGame.NotBest.selector,
                keccak256(abi.encode(idOf(rootPlace().key), bytes32("other"), truth.end))
            )
        );
        game.settleRoot("other");
        game.settleRoot(ours[0].root);
        Link[] memory links = allLinks();
        links[0].childRoot = theirs[1].root;
        vm.expectPartialRevert(IDisputeGame.NotBest.selector);
        game.settle(links);
    }

    function test_a_link_shows_an_interval_with_an_open_dispute() public {
        game.settleRoot(ours[0].root);
        Link[] memory links = new Link[](1);
        links[0] = linkOf(ours[0], 2, ours[1].root);
        links[0].index = 66;
        refuse(links, abi.encodeWithSelector(IDisputeGame.IndexOutOfRange.selector, 66));
        for (uint256 i = 0; i < 2; ++i) {
            links[0] = linkOf(ours[0], 2, ours[1].root);
            if (i == 0) links[0].interval.left.value = "other";
            else links[0].interval.right.value = "other";
            vm.expectPartialRevert(IDisputeGame.WrongPath.selector);
            game.settle(links);
        }
        links[0] = linkOf(ours[0], 5, 0);
        bytes32 closed = idOf(childAt(ours[0], 5).key);
        refuse(links, abi.encodeWithSelector(IDisputeGame.NotOpen.selector, closed));
    }

    function test_a_loser_forfeits_one_line_bond_to_the_contest() public {
        settleAll();
        bytes32 parentEnd = hashOf(genesis.end);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.WinnerPending.selector, genesis.id));
        factory.forfeit(genesis.id, parentEnd, 1, first, lie.end);
        confirmWinner(truth.end);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.NotLost.selector, right.id));
        factory.forfeit(genesis.id, parentEnd, 1, first, truth.end);
        vm.expectPartialRevert(IBatchRegistry.UnknownClaim.selector);
        factory.forfeit(genesis.id, parentEnd, 1, first, "nobody's");
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.NotResolver.selector, address(this)));
        registry.forfeit(genesis.id, parentEnd, 1, first, lie.end, address(this));

        uint256 before = address(game).balance;
        vm.expectEmit(address(registry));
        emit IBatchRegistry.Forfeited(falseId(), CHEATER, LINE_BOND);
        factory.forfeit(genesis.id, parentEnd, 1, first, lie.end);
        assertEq(address(game).balance, before + LINE_BOND);
        (uint128 bond, uint64 lines) = registry.stakeOf(CHEATER);
        assertEq(bond, 0);
        assertEq(lines, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchRegistry.AlreadyForfeited.selector, falseId())
        );
        factory.forfeit(genesis.id, parentEnd, 1, first, lie.end);
        vm.expectRevert(abi.encodeWithSelector(IBatchRegistry.BondAtStake.selector, 0));
        vm.prank(CHEATER);
        registry.withdrawBond();
        vm.prank(HONEST);
        registry.withdrawBond();
    }

    function test_only_the_registry_adds_money() public {
        vm.deal(ALICE, 1 ether);
        vm.prank(ALICE);
        (bool done, bytes memory reason) = address(game).call{value: 1}("");
        assertTrue(!done, "took it");
        assertEq(reason, abi.encodeWithSelector(IDisputeGame.NotRegistry.selector, ALICE));
    }

    function test_nothing_is_settled_before_the_decision() public {
        claimAs(ALICE, right, batchTwo(), endOf(2, words2, "a"));
        claimAs(BOB, right, words2, endOf(2, words2, "b"));
        bytes32 start = firstHash(right, words2);
        bytes32 end = hashOf(endOf(2, words2, "a"));
        IDisputeGame other =
            IDisputeGame(factory.create(right.id, truth.end, 2, start, end, words2, configWords));
        vm.expectRevert(IDisputeGame.NotResolved.selector);
        other.settleRoot("any");
        vm.expectRevert(IDisputeGame.NotResolved.selector);
        other.settle(new Link[](0));
        vm.expectRevert(IDisputeGame.NotResolved.selector);
        other.collect();
    }

    bytes32[7] private words2;

    function batchTwo() private returns (bytes32[7] memory) {
        mine(1);
        words2 = fix();
        return words2;
    }

    function refuse(Link[] memory links, bytes memory reason) private {
        vm.expectRevert(reason);
        game.settle(links);
    }

    function refuseCollect(address who, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(who);
        game.collect();
    }
}

/// @notice Refunds that the losers' bonds do not cover: all by the same share.
contract ShortMoneyTest is PlayedTest {
    function courtSettings() internal pure override returns (Deployer.Settings memory s) {
        s = super.courtSettings();
        s.stakes.claimRefund = 1 ether;
        s.stakes.resolveRefund = 1 ether;
    }

    function test_refunds_share_what_the_losers_left() public {
        settleAll();
        finish();
        (uint128 bonds, uint128 refunds) = game.dueTo(HONEST);
        uint256 all = uint256(refunds) + 1 ether;
        assertEq(collectAs(HONEST), bonds + refunds * 1.7 ether / all);
        assertEq(collectAs(BOB), 1 ether * 1.7 ether / all);
        assertTrue(address(game).balance < 2, "more than dust is left");
    }

    function test_a_forfeited_bond_is_shared_too() public {
        settleAll();
        confirmWinner(truth.end);
        factory.forfeit(genesis.id, hashOf(genesis.end), 1, first, lie.end);
        vm.warp(block.timestamp + 1 days);
        (uint128 bonds, uint128 refunds) = game.dueTo(HONEST);
        uint256 all = uint256(refunds) + 1 ether;
        assertEq(collectAs(HONEST), bonds + refunds * 2.2 ether / all);
    }
}

/// @notice Whose bond it is when several support one end, and what contracts do with money.
contract SharedEndTest is GameTest {
    function test_an_unmarked_interval_pays_the_answer_below_but_not_its_opener() public {
        View memory lie = contest();
        Play memory ours = postAs(HONEST, play(truth, rootPlace()));
        // Two lists of the cheater agree with ours before 5, and are sealed with each other.
        Play memory x = play(truth, rootPlace());
        Play memory y = play(truth, rootPlace());
        (x.list[5], y.list[5], x.list[63], y.list[63]) = ("x", "y", lie.end, lie.end);
        complete(x);
        complete(y);
        Place memory child = sealAs(CHEATER, postAs(CHEATER, x), postAs(CHEATER, y));
        Play memory answer = postAs(BOB, play(truth, child));
        vm.warp(block.timestamp + WINDOW);
        raiseOne(answer);
        Play[] memory plays = new Play[](1);
        plays[0] = ours;
        resolveFor(right, plays);
        game.settleRoot(ours.root);
        Link[] memory links = new Link[](1);
        links[0] = linkOf(ours, 5, answer.root);
        game.settle(links);
        (uint128 bonds, uint128 refunds) = game.dueTo(BOB);
        assertEq(bonds, 0.1 ether);
        assertEq(refunds, 0.02 ether);
        (bonds,) = game.dueTo(CHEATER);
        assertEq(bonds, 0);
    }

    function test_a_contract_collects_once() public {
        Greedy greedy = playedByContract();
        uint256 before = address(greedy).balance;
        greedy.refuse(true);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeGame.PaymentFailed.selector, address(greedy))
        );
        greedy.collect();
        greedy.refuse(false);
        greedy.collect();
        assertEq(address(greedy).balance - before, 1 ether + 0.02 ether + 7);
        assertEq(greedy.asked(), 1);
    }

    /// @dev The right list is a contract's, who sent a little too much.
    function playedByContract() private returns (Greedy greedy) {
        View memory lie = contest();
        greedy = new Greedy();
        Play memory ours = play(truth, rootPlace());
        bytes memory move =
            abi.encodeCall(IDisputeGame.claim, (ours.place.key, ours.list, ours.run));
        greedy.play{value: 1 ether + 7}(game, move);
        Play memory theirs = postAs(CHEATER, play(lie, rootPlace()));
        vm.warp(block.timestamp + WINDOW);
        Play[] memory plays = new Play[](1);
        plays[0] = ours;
        resolveFor(right, plays);
        game.settleRoot(ours.root);
        confirmWinner(truth.end);
        vm.warp(block.timestamp + 1 days);
        theirs;
    }
}
