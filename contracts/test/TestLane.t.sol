// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IProofVerifier} from "../src/interfaces/IProofVerifier.sol";
import {Assertions} from "./base/Assertions.sol";
import {vm} from "./base/Vm.sol";
import {TestLane} from "./lanes/TestLane.sol";

contract TestLaneTest is Assertions {
    uint256 private constant KEY = 0x5eed;

    IProofVerifier private lane;

    function setUp() public {
        lane = new TestLane(vm.addr(KEY));
    }

    function test_the_key_proves_a_claim_and_no_other() public view {
        bytes memory proof = sign(KEY, keccak256("claim"));
        assertTrue(lane.verify(keccak256("claim"), proof), "proved");
        assertTrue(!lane.verify(keccak256("other"), proof), "another claim");
        assertTrue(!lane.verify(keccak256("claim"), sign(KEY + 1, keccak256("claim"))), "a key");
    }

    function test_malformed_proofs() public {
        bytes memory proof = sign(KEY, keccak256("claim"));
        assertTrue(!lane.verify(keccak256("claim"), ""), "empty");
        assertTrue(!lane.verify(keccak256("claim"), bytes.concat(proof, hex"00")), "too long");
        proof[64] = 0;
        assertTrue(!lane.verify(keccak256("claim"), proof), "recovers nobody");
        // Nobody signs for a lane that names nobody.
        lane = new TestLane(address(0));
        assertTrue(!lane.verify(keccak256("claim"), proof), "nobody's lane");
    }

    function sign(uint256 key, bytes32 claimHash) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, claimHash);
        return abi.encodePacked(r, s, v);
    }
}
