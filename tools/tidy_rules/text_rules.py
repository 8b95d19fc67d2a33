"""Rules about any file: size, line length, names, words left behind, links."""

import json
import re

MAX_LINES = {".sol": 400}
MAX_LINES_DEFAULT = 500
MAX_COLUMNS = 100
MAX_README_LINES = 150
_CODE = (".hpp", ".cpp", ".S", ".ld", ".sol", ".cmake", ".sh", ".py", ".js", ".ts", "")
_VAGUE = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "stuff"}
# In two halves, so that this file keeps the rule that it checks.
_LEFT_BEHIND = re.compile(r"\b(TO" + "DO|FIX" + "ME|X" + "XX|HA" + r"CK)\b")


def _code_files(tree):
    return [path for path in tree.of_suffix(*_CODE)] + [
        path for path in tree.files if path.name == "CMakeLists.txt"]


def file_size(tree):
    for path in _code_files(tree):
        limit = MAX_LINES.get(path.suffix, MAX_LINES_DEFAULT)
        count = len(tree.lines(path))
        if count > limit:
            yield str(path), limit, f"{count} lines, more than {limit}: split it by topic"


def line_length(tree):
    for path in _code_files(tree):
        for number, line in enumerate(tree.lines(path), 1):
            if len(line) > MAX_COLUMNS:
                yield str(path), number, f"{len(line)} columns, more than {MAX_COLUMNS}"


def whitespace(tree):
    for path in _code_files(tree):
        text = tree.text(path)
        if text and not text.endswith("\n"):
            yield str(path), text.count("\n") + 1, "end the file with a newline"
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip():
                yield str(path), number, "remove the white space at the end of the line"
            if "\t" in line:
                yield str(path), number, "indent with spaces"


def file_names(tree):
    """snake_case for C++; in contracts, files are named after the type in them."""
    for path in tree.files:
        if path.suffix in (".hpp", ".cpp") and not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
            yield str(path), 1, "C++ files are named in snake_case"
        if path.parts[0] in ("src", "apps"):
            for folder in path.parts[1:-1]:
                if not re.fullmatch(r"[a-z][a-z0-9_]*", folder):
                    yield str(path), 1, f"folder {folder}: folders are named in snake_case"


def vague_names(tree):
    for path in tree.files:
        words = [word for part in (*path.parts[:-1], path.stem)
                 for word in re.split(r"[_\-. ]", part.lower())]
        for word in _VAGUE.intersection(words):
            yield str(path), 1, f"'{word}' says nothing: name the file after what it is about"


def words_left_behind(tree):
    for path in tree.files:
        for number, line in enumerate(tree.lines(path), 1):
            if match := _LEFT_BEHIND.search(line):
                yield str(path), number, f"{match.group()}: do it now, or open an issue"


def _anchors(text):
    # As GitHub makes them from headings.
    for heading in re.findall(r"^#+\s+(.*?)\s*$", text, re.M):
        plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
        yield plain.replace(" ", "-")


_LINK = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def links(tree):
    """Relative links in documents lead to a file, and to a heading if they name one."""
    for path in tree.of_suffix(".md"):
        fenced = False
        for number, line in enumerate(tree.lines(path), 1):
            fenced ^= line.lstrip().startswith("```")
            if fenced:
                continue
            for target in _LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if re.match(r"[a-z][a-z0-9+.-]*:", target):
                    continue
                name, _, anchor = target.partition("#")
                at = (tree.root / path.parent / name) if name else tree.root / path
                if not at.exists():
                    yield str(path), number, f"the link to {name} leads nowhere"
                elif anchor and at.suffix == ".md" and anchor not in _anchors(at.read_text()):
                    yield str(path), number, f"{at.name} has no heading #{anchor}"


def readme_size(tree):
    for path in tree.files:
        if str(path) == "README.md" and len(tree.lines(path)) > MAX_README_LINES:
            yield str(path), MAX_README_LINES, f"over {MAX_README_LINES} lines: use docs/"


def decision_names(tree):
    """Decision records are docs/decisions/NNNN-title.md, each number used once."""
    seen = {}
    for path in tree.files:
        if path.parts[:2] != ("docs", "decisions"):
            continue
        match = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", path.name)
        if not match:
            yield str(path), 1, "name it NNNN-title.md"
        elif match.group(1) in seen:
            yield str(path), 1, f"number {match.group(1)} is taken by {seen[match.group(1)]}"
        else:
            seen[match.group(1)] = path.name


def vectors_parse(tree):
    for path in tree.of_suffix(".json"):
        try:
            json.loads(tree.text(path))
        except ValueError as error:
            yield str(path), getattr(error, "lineno", 1), f"not JSON: {error}"


RULES = {
    "file_size": file_size,
    "line_length": line_length,
    "whitespace": whitespace,
    "file_names": file_names,
    "vague_names": vague_names,
    "words_left_behind": words_left_behind,
    "links": links,
    "readme_size": readme_size,
    "decision_names": decision_names,
    "vectors_parse": vectors_parse,
}
