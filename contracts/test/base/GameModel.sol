// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The game as its text says it, in plain records: whole lists, every pair, every sum by
/// recursion over the tree. Shares nothing with the contracts. Two rules that look alike and are
/// wrong can be switched on, so that tests show what they would lose.
contract GameModel {
    struct Dispute {
        uint256 level;
        bytes32 start;
        uint256 position;
        uint256 parent;
        uint256 opened;
        bool stepped;
        bytes32 next;
        uint256[] claims;
    }

    struct Claim {
        uint256 dispute;
        bytes32[64] values;
        bytes32 end;
        uint256 posted;
        uint256[] marked;
    }

    uint256 public constant INFINITY = 2 ** 40 - 1;

    Dispute[] private disputes;
    Claim[] private claims;
    /// @dev Per claim and index: the child dispute, and when this claim was sealed there.
    mapping(uint256 claim => mapping(uint256 index => uint256)) private childOf;
    mapping(uint256 claim => mapping(uint256 index => uint256)) private sealedAt;
    mapping(uint256 claim => mapping(uint256 index => bool)) private isMarked;
    mapping(uint256 dispute => mapping(bytes32 end => bool[2])) private credited;
    /// @dev Largest time ever brought up, by set of lanes; and whose the one for the empty set is.
    mapping(uint256 dispute => mapping(bytes32 end => uint256[4])) private kept;
    mapping(uint256 dispute => mapping(bytes32 end => uint256)) private best;
    uint256[2] private credits;
    /// @dev An interval earns until its own claim is sealed, not until the child was open.
    bool private untilOwnSeal;
    /// @dev Disputes of one interval and start are one, wherever they were opened.
    bool private childrenShared;

    constructor(uint256 credit0, uint256 credit1, bool untilOwnSeal_, bool childrenShared_) {
        (credits[0], credits[1]) = (credit0, credit1);
        (untilOwnSeal, childrenShared) = (untilOwnSeal_, childrenShared_);
    }

    function openRoot(bytes32 start) external {
        open(0, start, 0, 0, 0);
    }

    function post(uint256 dispute, bytes32[64] calldata values, bytes32 end, uint256 time)
        external
        returns (uint256 number)
    {
        number = claims.length;
        Claim storage c = claims.push();
        (c.dispute, c.end, c.posted) = (dispute, end, time);
        for (uint256 k = 0; k < 64; ++k) {
            c.values[k] = values[k];
        }
        disputes[dispute].claims.push(number);
        if (disputes[dispute].level == 0 && !hasBest(dispute, end)) {
            best[dispute][end] = number + 1;
        }
    }

    /// @return child the dispute of their first difference; all ones if they cannot be sealed
    function seal(uint256 x, uint256 y, bytes32 firstState, uint256 time)
        external
        returns (uint256 child)
    {
        uint256 index = 0;
        while (index < 64 && claims[x].values[index] == claims[y].values[index]) ++index;
        if (index == 64 || claims[x].dispute != claims[y].dispute) return type(uint256).max;
        Dispute storage d = disputes[claims[x].dispute];
        bytes32 start = index == 0 ? d.start : claims[x].values[index - 1];
        uint256 position = d.position + index * partOf(d.level);
        if (d.level == 3) (start, position) = (firstState, 0);
        child = find(d.level + 1, start, position, claims[x].dispute);
        if (child == type(uint256).max) {
            child = open(d.level + 1, start, position, claims[x].dispute, time);
        }
        mark(x, index, child, time);
        mark(y, index, child, time);
    }

    function step(uint256 dispute, bytes32 next) external {
        (disputes[dispute].stepped, disputes[dispute].next) = (true, next);
    }

    function credit(uint256 dispute, bytes32 end, uint256 lane) external {
        credited[dispute][end][lane] = true;
    }

    /// @notice Brings up one claim, with what is kept below it.
    function raise(uint256 claim, uint256 time) public {
        Claim storage c = claims[claim];
        for (uint256 set = 0; set < 4; ++set) {
            uint256 earned = timeOf(claim, set, time, false);
            if (earned > kept[c.dispute][c.end][set]) {
                kept[c.dispute][c.end][set] = earned;
                if (set == 0) best[c.dispute][c.end] = claim + 1;
            }
        }
    }

    /// @notice Time of a pair: as kept, or as if everything below were brought up now.
    function supportOf(uint256 dispute, bytes32 end, uint256 set, uint256 time, bool whole)
        public
        view
        returns (uint256 sum)
    {
        Dispute storage d = disputes[dispute];
        if (d.level == 8) return d.stepped && d.next == end ? INFINITY : 0;
        uint256 above = set;
        for (uint256 lane = 0; lane < 2; ++lane) {
            if (!credited[dispute][end][lane]) continue;
            if (set >> lane & 1 == 0) sum += credits[lane];
            above |= 1 << lane;
        }
        uint256 most = kept[dispute][end][above];
        for (uint256 i = 0; whole && i < d.claims.length; ++i) {
            if (claims[d.claims[i]].end != end) continue;
            uint256 earned = timeOf(d.claims[i], above, time, true);
            if (earned > most) most = earned;
        }
        return capped(sum + most);
    }

    function keptOf(uint256 dispute, bytes32 end, uint256 set) external view returns (uint256) {
        return kept[dispute][end][set];
    }

    /// @notice 1 + number of the claim that the pair's bond is for; 0: none.
    function bestOf(uint256 dispute, bytes32 end) external view returns (uint256) {
        return best[dispute][end];
    }

    function timeOf(uint256 claim, uint256 set, uint256 time, bool whole)
        public
        view
        returns (uint256 least)
    {
        Claim storage c = claims[claim];
        least = c.marked.length == 64 ? INFINITY : time - c.posted;
        for (uint256 i = 0; i < c.marked.length; ++i) {
            uint256 index = c.marked[i];
            uint256 child = childOf[claim][index];
            uint256 until = untilOwnSeal ? sealedAt[claim][index] : disputes[child].opened;
            uint256 alone = until > c.posted ? until - c.posted : 0;
            uint256 sum = capped(alone + supportOf(child, c.values[index], set, time, whole));
            if (sum < least) least = sum;
        }
    }

    function hasBest(uint256 dispute, bytes32 end) private view returns (bool) {
        return best[dispute][end] != 0;
    }

    function capped(uint256 time) private pure returns (uint256) {
        return time < INFINITY ? time : INFINITY;
    }

    function partOf(uint256 level) private pure returns (uint256 part) {
        part = 1;
        for (uint256 l = level % 4; l < 3; ++l) {
            part *= 64;
        }
    }

    function mark(uint256 claim, uint256 index, uint256 child, uint256 time) private {
        if (isMarked[claim][index]) return;
        isMarked[claim][index] = true;
        claims[claim].marked.push(index);
        (childOf[claim][index], sealedAt[claim][index]) = (child, time);
    }

    function open(uint256 level, bytes32 start, uint256 position, uint256 parent, uint256 time)
        private
        returns (uint256 number)
    {
        number = disputes.length;
        Dispute storage d = disputes.push();
        (d.level, d.start, d.position, d.parent, d.opened) = (level, start, position, parent, time);
    }

    function find(uint256 level, bytes32 start, uint256 position, uint256 parent)
        private
        view
        returns (uint256)
    {
        for (uint256 i = 1; i < disputes.length; ++i) {
            Dispute storage d = disputes[i];
            bool same = d.level == level && d.start == start && d.position == position;
            if (same && (childrenShared || d.parent == parent)) return i;
        }
        return type(uint256).max;
    }
}
