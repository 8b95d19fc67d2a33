// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A plain ERC-20 token that anyone may mint.
contract PlainToken {
    string public symbol;
    uint8 public immutable decimals;
    mapping(address owner => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 amount);

    constructor(string memory symbol_, uint8 decimals_) {
        symbol = symbol_;
        decimals = decimals_;
    }

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
        emit Transfer(address(0), to, amount);
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) public virtual returns (bool) {
        move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) public virtual returns (bool) {
        spend(from, amount);
        move(from, to, amount);
        return true;
    }

    function spend(address from, uint256 amount) internal {
        allowance[from][msg.sender] -= amount;
    }

    function move(address from, address to, uint256 amount) internal {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
    }
}

/// @notice Keeps one part in a hundred of each transfer.
contract FeeToken is PlainToken {
    constructor() PlainToken("FEE", 18) {}

    function transferFrom(address from, address to, uint256 amount)
        public
        override
        returns (bool)
    {
        spend(from, amount);
        move(from, to, amount - amount / 100);
        move(from, address(0xFEE), amount / 100);
        return true;
    }
}

/// @notice Says no instead of reverting.
contract RefusingToken is PlainToken {
    bool public refuses;

    constructor() PlainToken("NO", 6) {}

    function setRefuses(bool refuses_) external {
        refuses = refuses_;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return refuses ? false : super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount)
        public
        override
        returns (bool)
    {
        return refuses ? false : super.transferFrom(from, to, amount);
    }
}

/// @notice Calls back whoever is set, in the middle of a transfer, with a call of his choice.
contract CallbackToken is PlainToken {
    address public target;
    bytes public input;
    bytes public result;
    bool public succeeded;

    constructor() PlainToken("CALL", 18) {}

    function setCallback(address target_, bytes calldata input_) external {
        (target, input) = (target_, input_);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        callBack();
        return super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount)
        public
        override
        returns (bool)
    {
        callBack();
        return super.transferFrom(from, to, amount);
    }

    function callBack() private {
        if (target == address(0)) return;
        address once = target;
        target = address(0);
        (succeeded, result) = once.call(input);
    }
}

/// @notice Old style: transfers return nothing, the symbol is a bytes32.
contract NoReturnToken {
    bytes32 public constant symbol = "OLD";
    uint8 public constant decimals = 6;
    mapping(address owner => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}

/// @notice Has a balance and transfers, but no decimals.
contract NoDecimalsToken {
    mapping(address owner => uint256) public balanceOf;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        return true;
    }
}
