#!/usr/bin/env python3
"""Prints tree.json: proofs, multiproofs and frontiers by the text of docs/protocol/state.md.

A second implementation that shares no code with src/tree: maps, recursion and its own Keccak.
"""

import json

MASK = (1 << 64) - 1
ROTATIONS = [[0, 36, 3, 41, 18], [1, 44, 10, 45, 2], [62, 6, 43, 15, 61],
             [28, 55, 25, 21, 56], [27, 20, 39, 8, 14]]


def round_constants():
    state, out = 1, []
    for _ in range(24):
        word = 0
        for bit in range(7):
            if state & 1:
                word |= 1 << ((1 << bit) - 1)
            state <<= 1
            if state & 0x100:
                state ^= 0x171
        out.append(word)
    return out


ROUNDS = round_constants()


def rotate(word, by):
    return ((word << by) | (word >> (64 - by))) & MASK if by else word


def permute(a):
    for constant in ROUNDS:
        column = [a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4] for x in range(5)]
        mixed = [column[x - 1] ^ rotate(column[(x + 1) % 5], 1) for x in range(5)]
        b = [[0] * 5 for _ in range(5)]
        for x in range(5):
            for y in range(5):
                b[y][(2 * x + 3 * y) % 5] = rotate(a[x][y] ^ mixed[x], ROTATIONS[x][y])
        a = [[b[x][y] ^ (~b[(x + 1) % 5][y] & MASK & b[(x + 2) % 5][y]) for y in range(5)]
             for x in range(5)]
        a[0][0] ^= constant
    return a


def keccak(message):
    padded = bytearray(message) + b"\x01"
    padded += bytes(-len(padded) % 136)
    padded[-1] |= 0x80
    a = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), 136):
        for i in range(17):
            at = start + 8 * i
            a[i % 5][i // 5] ^= int.from_bytes(padded[at:at + 8], "little")
        a = permute(a)
    return b"".join(a[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


EMPTY = [bytes(32)]
for _ in range(32):
    EMPTY.append(keccak(EMPTY[-1] + EMPTY[-1]))


class State:
    """Leaves by (table, index)."""

    def __init__(self, leaves):
        self.leaves = leaves

    def node(self, table, height, position):
        first, last = position << height, (position + 1) << height
        if not any(t == table and first <= i < last for t, i in self.leaves):
            return EMPTY[height]
        if height == 0:
            return self.leaves[table, position]
        return keccak(self.node(table, height - 1, 2 * position) +
                      self.node(table, height - 1, 2 * position + 1))

    def roots(self):
        return [self.node(table, 32, 0) for table in range(32)]

    def root(self):
        return keccak(b"".join(self.roots()))

    def leaf(self, table, index):
        return self.leaves.get((table, index), EMPTY[0])

    def other_roots(self, given):
        listed = [(t, r) for t, r in enumerate(self.roots()) if t not in given and r != EMPTY[32]]
        bitmap = sum(1 << t for t, _ in listed)
        return bitmap.to_bytes(4, "big") + b"".join(r for _, r in listed)

    def object_proof(self, table, index):
        siblings = [self.node(table, h, (index >> h) ^ 1) for h in range(32)]
        bitmap = sum(1 << h for h in range(32) if siblings[h] != EMPTY[h])
        listed = b"".join(s for h, s in enumerate(siblings) if s != EMPTY[h])
        return (bytes([table]) + index.to_bytes(4, "big") + bitmap.to_bytes(4, "big") + listed +
                self.other_roots({table}))

    def multiproof(self, keys):
        keys = sorted(keys)
        slots = []
        for table in sorted({t for t, _ in keys}):
            self.walk(table, 32, 0, [i for t, i in keys if t == table], slots)
        bitmap = bytearray((len(slots) + 7) // 8)
        for i, (height, node) in enumerate(slots):
            if node != EMPTY[height]:
                bitmap[i // 8] |= 1 << (i % 8)
        items = b"".join(bytes([t]) + i.to_bytes(4, "big") + self.leaf(t, i) for t, i in keys)
        return (len(keys).to_bytes(4, "big") + items + self.other_roots({t for t, _ in keys}) +
                len(slots).to_bytes(4, "big") + bytes(bitmap) +
                b"".join(node for height, node in slots if node != EMPTY[height]))

    def walk(self, table, height, position, indexes, slots):
        if height == 0:
            return
        below = height - 1
        halves = [[i for i in indexes if (i >> below) & 1 == side] for side in (0, 1)]
        for side in (0, 1):
            if halves[side]:
                self.walk(table, below, 2 * position + side, halves[side], slots)
        for side in (0, 1):
            if not halves[side]:
                slots.append((below, self.node(table, below, 2 * position + side)))


def frontier(depth, leaves):
    nodes = [EMPTY[0]] * depth
    for count, leaf in enumerate(leaves):
        node, height = leaf, 0
        while count >> height & 1:
            node = keccak(nodes[height] + node)
            nodes[height] = EMPTY[0]
            height += 1
        nodes[height] = node
    tree = State({(0, i): leaf for i, leaf in enumerate(leaves)})
    return {"depth": depth, "count": len(leaves), "hash": text(keccak(b"".join(nodes))),
            "root": text(tree.node(0, depth, 0))}


def text(data):
    return "0x" + data.hex()


def leaf_of(number):
    return keccak(number.to_bytes(4, "big"))


def main():
    places = [(1, i) for i in range(1, 12)] + [(0, 1), (6, 5), (6, 6), (6, 0xFFFFFFFF)]
    state = State({place: leaf_of(n) for n, place in enumerate(places)})
    asked = [(1, 1), (1, 11), (1, 12), (1, 0), (0, 1), (6, 0xFFFFFFFF), (6, 0x80000000), (9, 3)]
    groups = [[(1, 5)], [(1, 4), (1, 5), (1, 9)], [(0, 1), (1, 3), (1, 12), (6, 6), (9, 0)],
              [(1, i) for i in range(16)]]
    vectors = {
        "comment": "made by test/vectors/tree_reference.py; leaf n = H(n as 4 bytes)",
        "leaves": [{"table": str(t), "index": str(i), "leaf": text(leaf)}
                   for (t, i), leaf in state.leaves.items()],
        "state_root": text(state.root()),
        "object_proofs": [{"table": str(t), "index": str(i), "leaf": text(state.leaf(t, i)),
                           "proof": text(state.object_proof(t, i))} for t, i in asked],
        "multiproofs": [text(state.multiproof(keys)) for keys in groups],
        "frontiers": [frontier(depth, [leaf_of(n) for n in range(count)])
                      for depth, count in ((14, 0), (14, 1), (14, 5), (18, 8), (32, 11))],
    }
    for frontier_case in vectors["frontiers"]:
        frontier_case.update({k: str(v) for k, v in frontier_case.items() if isinstance(v, int)})
    print(json.dumps(vectors, indent=2))


if __name__ == "__main__":
    main()
