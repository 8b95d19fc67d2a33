// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PreimageOracle} from "../src/PreimageOracle.sol";
import {StepVerifier} from "../src/StepVerifier.sol";
import {Assertions} from "./base/Assertions.sol";
import {StepFile} from "./base/StepFile.sol";
import {vm} from "./base/Vm.sol";

/// @notice Steps that the other implementation of the machine made, src/vm: the committed ones,
/// and as many random ones as GAVEL_VM_STEPS names files of, separated by commas
/// (src/vm/step_vectors_main.cpp).
contract StepVectorsTest is Assertions {
    using StepFile for StepFile.Reader;

    error CaseDiffers(uint256 number, bool done, bytes result, bytes32 expected);
    error CaseTaken(uint256 number);

    string private constant COMMITTED = "../test/vectors/vm_steps.json";

    PreimageOracle private oracle;
    StepVerifier private verifier;

    function setUp() public {
        oracle = new PreimageOracle();
        verifier = new StepVerifier(oracle);
    }

    function test_committed_steps() public {
        string memory json = vm.readFile(COMMITTED);
        uint256 count = 0;
        for (; vm.keyExistsJson(json, entry(count, "")); ++count) {
            if (vm.keyExistsJson(json, entry(count, ".preimage"))) {
                bytes memory preimage = vm.parseJsonBytes(json, entry(count, ".preimage"));
                oracle.load(preimage, vm.parseJsonUint(json, entry(count, ".offset")));
            }
            bytes32[] memory state = vm.parseJsonBytes32Array(json, entry(count, ".state"));
            bytes32 next = verifier.step(
                abi.decode(abi.encodePacked(state), (bytes32[8])),
                vm.parseJsonBytes32Array(json, entry(count, ".code")),
                vm.parseJsonBytes32Array(json, entry(count, ".data"))
            );
            assertEq(next, vm.parseJsonBytes32(json, entry(count, ".next")));
        }
        assertTrue(count >= 40, "too few steps");
    }

    function test_steps_of_the_other_implementation() public {
        string[] memory files = vm.envOr("GAVEL_VM_STEPS", ",", new string[](0));
        vm.skip(files.length == 0);
        for (uint256 i = 0; i < files.length; ++i) {
            // A call of its own: its memory is free again after it.
            assertTrue(this.check(files[i]) > 0, "no steps");
        }
    }

    /// @return count steps in `file`, all of which agree
    function check(string calldata file) external returns (uint256 count) {
        StepFile.Reader memory r;
        (r, count) = StepFile.open(vm.readFileBinary(file));
        for (uint256 i = 0; i < count; ++i) {
            r.read();
            if (r.preimage.length != 0) {
                (bool shown,) = address(oracle).call(r.preimage);
                assertTrue(shown, "a preimage");
            }
            (bool done, bytes memory result) = address(verifier).staticcall(r.input);
            if (!r.accepted && done) revert CaseTaken(i);
            if (r.accepted && (!done || bytes32(result) != r.next)) {
                revert CaseDiffers(i, done, result, r.next);
            }
        }
        assertEq(r.place, r.content.length);
    }

    function entry(uint256 i, string memory key) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(i), "]", key);
    }
}
