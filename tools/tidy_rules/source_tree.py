"""The project's own files, with the few views of them that rules need.

Build folders, installed packages, generated contracts and recorded data are not the project's own.
"""

import functools
import os
import pathlib
import re

NOT_OURS = {".git", ".cache", "build", "node_modules", "out", "cache", "broadcast", "__pycache__",
            "corpus", "tapes"}
TEXT_SUFFIXES = {".hpp", ".cpp", ".S", ".ld", ".sol", ".cmake", ".md", ".txt", ".toml", ".sh",
                 ".py", ".js", ".ts", ".json", ".yml", ".proto", ""}


class Room:
    """One gavel_room call: the folder's name, and the lists that the call gives."""

    KEYWORDS = {"FREESTANDING", "THREADS", "DEPS", "TEST_DEPS", "HOST_SOURCES", "LIBS", "TEST_LIBS"}

    def __init__(self, name, folder, words, guest_calls):
        self.name = name
        self.folder = folder
        self.guest_words = {word for call in guest_calls for word in call.split()}
        self.lists = {keyword: [] for keyword in self.KEYWORDS}
        self.given = set()
        keyword = None
        for word in words:
            if word in self.KEYWORDS:
                keyword = word
                self.given.add(word)
            elif keyword:
                self.lists[keyword].append(word)

    @property
    def freestanding(self):
        return "FREESTANDING" in self.given


class SourceTree:
    def __init__(self, root):
        self.root = root
        self.files = []
        for folder, subfolders, names in os.walk(root):
            inside = pathlib.Path(folder).relative_to(root)
            subfolders[:] = sorted(
                name for name in subfolders
                if name not in NOT_OURS and not (name.startswith(".") and name != ".ci"))
            self.files += [inside / name for name in sorted(names)
                           if pathlib.Path(name).suffix in TEXT_SUFFIXES
                           and name != "package-lock.json" and not name.startswith(".")]

    @functools.cache
    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def lines(self, path):
        return self.text(path).splitlines()

    @functools.cache
    def code(self, path):
        """The text with comments and literals blanked, line numbers unchanged."""
        return without_comments_and_literals(self.text(path))

    def of_suffix(self, *suffixes):
        return [path for path in self.files if path.suffix in suffixes]

    @functools.cached_property
    def rooms(self):
        rooms = {}
        for path in self.files:
            if path.name != "CMakeLists.txt" or len(path.parts) != 3 or path.parts[0] != "src":
                continue
            text = re.sub(r"#.*", "", self.text(path))
            guest_calls = re.findall(r"gavel_rv32_program\(([^)]*)\)", text)
            for call in re.finditer(r"gavel_room\(([^)]*)\)", text):
                name, *words = call.group(1).split()
                rooms[name] = Room(name, path.parent, words, guest_calls)
        return rooms


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)


def without_comments_and_literals(text):
    # Include lines keep their names: rules read them.
    def blank(match):
        found = match.group(0)
        if found[0] == '"' and re.search(r"#\s*include\s*$", text[:match.start()][-24:]):
            return found
        return "".join("\n" if char == "\n" else " " for char in found)
    return _TOKEN.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
