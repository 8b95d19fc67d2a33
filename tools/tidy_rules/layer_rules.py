"""Rules about rooms: what they may include, what freestanding ones may use, who is tested.

The lists come from the gavel_room calls that the build itself reads, so there is no second list to
forget, and no list of exceptions.
"""

import re

from .source_tree import line_of

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)
_SIDE_FILE = re.compile(r"_(test|fuzz|bench)\.cpp$")

_HOSTED_HEADERS = set("""
any atomic barrier chrono cmath codecvt condition_variable cstdio cstdlib ctime deque exception
experimental filesystem format forward_list fstream functional future iomanip ios iosfwd iostream
istream latch list locale map memory_resource mutex ostream print queue random regex
semaphore set shared_mutex source_location sstream stack stacktrace stdexcept stdio.h stdlib.h
stop_token streambuf string system_error thread time.h typeindex typeinfo unordered_map
unordered_set vector unistd.h immintrin.h x86intrin.h
""".split())

_FORBIDDEN_IN_FREESTANDING = [
    (r"\b(float|double)\b", "no floating point here: two judges would round differently"),
    (r"\b(throw|try|catch)\b", "no exceptions here: return a Result or a Reject"),
    (r"\b(dynamic_cast|typeid)\b", "no RTTI here"),
    (r"\bvirtual\b", "no virtual calls here: use a template policy"),
    (r"\bstd::(stable_)?sort\b|\branges::(stable_)?sort\b",
     "no standard sort here: equal keys end up in different orders on the two libraries"),
    (r"\bstd::hash\b", "no std::hash here: its values differ between standard libraries"),
    (r"\bstd::function\b", "no std::function here: it allocates; take a template argument"),
    (r"\b__(FILE|DATE|TIME|TIMESTAMP)__\b", "the guest's image must not tell where it was built"),
    (r"\bnew\b(?!\s*\()", "no heap here: everything is bounded"),
    (r"(?<!=)(?<!=\s)\bdelete\b", "no heap here: everything is bounded"),
    (r"\b(make_)?(unique|shared)(_ptr)?\s*<", "no heap here: everything is bounded"),
    (r"\b(malloc|calloc|realloc|free)\s*\(", "no heap here: everything is bounded"),
    (r"\b(thread_local|rand|srand|time|clock)\s*\(", "no clock, randomness or threads here"),
]


def _includes(tree, path):
    code = tree.code(path)
    for match in _INCLUDE.finditer(code):
        yield match.group(1), match.group(2), line_of(code, match.start())


def _room_of(tree, path):
    if path.parts[0] == "src" and len(path.parts) >= 3:
        return tree.rooms.get(path.parts[1])
    return None


def layering(tree):
    """A room includes itself and the rooms in its DEPS; its tests also those in TEST_DEPS."""
    for path in tree.of_suffix(".hpp", ".cpp"):
        room = _room_of(tree, path)
        for mark, name, line in _includes(tree, path):
            if ".." in name.split("/"):
                yield str(path), line, f'name "{name}" from src/, without ..'
                continue
            if mark == "<" or room is None:
                continue
            target = name.split("/")[0]
            allowed = [room.name, *room.lists["DEPS"]]
            if _SIDE_FILE.search(path.name) or path.stem.endswith("_test"):
                allowed += room.lists["TEST_DEPS"]
            if "/" not in name:
                yield str(path), line, f'write "{room.name}/{name}": includes start at src/'
            elif target not in allowed and not (tree.root / "test" / name).is_file():
                yield (str(path), line,
                       f"{room.name} does not depend on {target}: move the code, or, if the design "
                       f"allows it, add {target} to DEPS in {room.folder}/CMakeLists.txt")


def room_lists(tree):
    """DEPS name rooms that exist, and HOST_SOURCES files that exist."""
    for room in tree.rooms.values():
        where = str(room.folder / "CMakeLists.txt")
        for dep in room.lists["DEPS"] + room.lists["TEST_DEPS"]:
            if dep not in tree.rooms:
                yield where, 1, f"there is no room {dep}"
        for dep in room.lists["DEPS"]:
            if room.freestanding and dep in tree.rooms and not tree.rooms[dep].freestanding:
                yield where, 1, f"{room.name} is freestanding and cannot depend on {dep}"
        for name in room.lists["HOST_SOURCES"]:
            if not (tree.root / room.folder / name).is_file():
                yield where, 1, f"HOST_SOURCES names {name}, which does not exist"
        if room.name != room.folder.name:
            yield where, 1, f"the room in {room.folder} must be called {room.folder.name}"


def room_has_test(tree):
    for room in tree.rooms.values():
        tests = [path for path in tree.files
                 if path.parent == room.folder and path.name.endswith("_test.cpp")]
        if not tests and "TEST" not in room.guest_words:
            yield str(room.folder / "CMakeLists.txt"), 1, f"write a *_test.cpp for {room.name}"


def sources_in_rooms(tree):
    """Every C++ file under src/ belongs to a room, so that it is built and tested."""
    for path in tree.of_suffix(".hpp", ".cpp"):
        if path.parts[0] == "src" and _room_of(tree, path) is None:
            yield str(path), 1, "this folder has no CMakeLists.txt with a gavel_room call"


def _guest_files(tree):
    """What the guest compiles: files of freestanding rooms that are not named like one of their
    HOST_SOURCES, and the headers that these include."""
    host_stems, candidates = {}, []
    for room in tree.rooms.values():
        if room.freestanding:
            host_stems[room.name] = {name.split(".")[0] for name in room.lists["HOST_SOURCES"]}
    for path in tree.of_suffix(".hpp", ".cpp"):
        room = _room_of(tree, path)
        if room is None or not room.freestanding or _SIDE_FILE.search(path.name):
            continue
        if re.search(r"_(avx2|avx512|ifma|test)$", path.stem):
            continue
        if path.stem.endswith("_main") and path.name not in room.guest_words:
            continue
        candidates.append(path)
    guest = {path for path in candidates if path.stem not in host_stems[path.parts[1]]}
    by_name = {"/".join(path.parts[1:]): path for path in candidates if path.suffix == ".hpp"}
    todo = list(guest)
    while todo:
        for _, name, _ in _includes(tree, todo.pop()):
            if name in by_name and by_name[name] not in guest:
                guest.add(by_name[name])
                todo.append(by_name[name])
    return sorted(guest)


def freestanding(tree):
    for path in _guest_files(tree):
        for mark, name, line in _includes(tree, path):
            if mark == "<" and (name in _HOSTED_HEADERS or "/" in name):
                yield str(path), line, f"<{name}> is not for the guest: see HOST_SOURCES"
        code = tree.code(path)
        for pattern, advice in _FORBIDDEN_IN_FREESTANDING:
            for match in re.finditer(pattern, code):
                yield str(path), line_of(code, match.start()), advice


def beast_units(tree):
    """Boost.Beast costs 14 s a translation unit, 41 s under the address sanitizer."""
    users = []
    for path in tree.of_suffix(".hpp", ".cpp"):
        lines = [line for _, name, line in _includes(tree, path) if name.startswith("boost/beast")]
        if lines and path.suffix == ".hpp":
            yield str(path), lines[0], "no Boost.Beast in headers: hide it behind an interface"
        elif lines:
            users.append((str(path), lines[0]))
    for path, line in users[3:]:
        yield path, line, "Boost.Beast is already in three translation units; use the io room"


RULES = {
    "layering": layering,
    "room_lists": room_lists,
    "room_has_test": room_has_test,
    "sources_in_rooms": sources_in_rooms,
    "freestanding": freestanding,
    "beast_units": beast_units,
}
