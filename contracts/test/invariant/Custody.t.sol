// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Inbox} from "../../src/Inbox.sol";
import {Asset} from "../../src/types/Asset.sol";
import {Assertions} from "../base/Assertions.sol";
import {NaiveTree} from "../base/NaiveTree.sol";
import {PlainToken} from "../tokens/TestTokens.sol";
import {CustodyHandler} from "./CustodyHandler.sol";
import {InvariantTargets} from "./InvariantTargets.sol";

contract CustodyInvariants is Assertions, InvariantTargets {
    CustodyHandler private handler;
    Inbox private inbox;
    address private portal;

    function setUp() public {
        handler = new CustodyHandler();
        address inboxAddress;
        (inboxAddress, portal) = handler.contracts();
        inbox = Inbox(inboxAddress);
        target(address(handler), CustodyHandler.depositEther.selector);
        target(address(handler), CustodyHandler.depositToken.selector);
        target(address(handler), CustodyHandler.depositMany.selector);
        target(address(handler), CustodyHandler.depositDust.selector);
        target(address(handler), CustodyHandler.force.selector);
        target(address(handler), CustodyHandler.armCallback.selector);
        target(address(handler), CustodyHandler.settle.selector);
        target(address(handler), CustodyHandler.finalize.selector);
        target(address(handler), CustodyHandler.pause.selector);
    }

    /// @notice Money here = deposits - withdrawals = what the Inbox counts as bridged.
    function invariant_custody_is_deposits_minus_withdrawals() public view {
        for (uint32 i = 1; i <= inbox.assetCount(); ++i) {
            Asset memory a = inbox.asset(i);
            uint256 held =
                a.token == address(0) ? portal.balance : PlainToken(a.token).balanceOf(portal);
            assertEq(held, handler.custody(a.token));
            assertEq(held, uint256(a.bridgedUnits) * 1e10);
            assertEq(inbox.assetIndex(a.token), i);
        }
        assertEq(address(inbox).balance, 0);
    }

    function invariant_no_withdrawal_is_paid_twice() public view {
        for (uint32 i = 1; i <= handler.withdrawals(); ++i) {
            assertTrue(handler.payments(i) <= 1, "paid twice");
        }
    }

    function invariant_inbox_equals_the_naive_tree() public view {
        bytes32 root = NaiveTree.root(handler.allMessageHashes(), 32);
        assertEq(inbox.messageCount(), handler.messageCount());
        assertEq(inbox.treeRoot(), root);
    }
}
