"""Rules about the shape of C++ and Solidity files: headers, function length, scope of names."""

import re

from .source_tree import line_of

MAX_FUNCTION_LINES = 70


def header_opening(tree):
    """A header is guarded by #pragma once and opens with a paragraph on what it is and why."""
    for path in tree.of_suffix(".hpp"):
        lines = tree.lines(path)
        if "#pragma once" not in (line.strip() for line in lines):
            yield str(path), 1, "add #pragma once"
        opening = []
        for line in lines:
            if line.startswith("//"):
                opening.append(line.lstrip("/ "))
            elif line.strip() not in ("", "#pragma once") or opening:
                break
        if sum(map(len, opening)) < 60:
            yield str(path), 1, "open with a paragraph: what it is, why, invariant, source"


def using_namespace(tree):
    for path in tree.of_suffix(".hpp"):
        for match in re.finditer(r"\busing\s+namespace\b", tree.code(path)):
            yield (str(path), line_of(tree.code(path), match.start()),
                   "no using namespace in a header: it leaks into every file that includes it")


def functions(code):
    """Yields (first line, last line) of each function, by following braces.

    The text since the last statement's end, the head, tells what a brace opens: a container, a
    function (a head with a parameter list, outside of other functions), a block, or a part of its
    own head (member initialisers, default arguments, requires-expressions).
    """
    code = _DIRECTIVE.sub(lambda found: "\n" * found.group().count("\n"), code)
    scopes, head_start = [], 0
    for match in re.finditer(r"[{};]", code):
        at = match.start()
        if match.group() == "{":
            head_start += len(_BEFORE_HEAD.match(code, head_start, at).group())
            kind = _scope_kind(code[head_start:at].rstrip(), [scope[0] for scope in scopes])
            scopes.append((kind, head_start))
            if kind != "part":
                head_start = match.end()
        elif match.group() == "}" and scopes:
            kind, opened_at = scopes.pop()
            if kind == "function":
                yield line_of(code, opened_at), line_of(code, at)
            head_start = opened_at if kind == "part" else match.end()
        elif not scopes or scopes[-1][0] != "part":
            head_start = match.end()


_DIRECTIVE = re.compile(r"^[ \t]*#(?:.*\\\n)*.*", re.M)
_BEFORE_HEAD = re.compile(r"(?:\s+|(?:public|private|protected)\s*:(?!:))*")
_CONTAINER = re.compile(
    r"(?:\[\[.*?\]\]\s*|(?:inline|static|constexpr|const|abstract|typedef|export)\s+)*"
    r"(?:namespace|class|struct|union|enum|contract|library|interface)\b|extern\s*$", re.S)
_REQUIRES_EXPRESSION = re.compile(
    r"(?:\brequires|=|&&|\|\||\()\s*requires\s*(?:\((?:[^()]|\([^()]*\))*\))?$")
_MEMBER_INITIALISER = re.compile(r"\)[^(){};?]*(?<!:):(?!:).*[\w>]$", re.S)


def _scope_kind(head, outer_kinds):
    if "function" in outer_kinds:
        return "block"
    if not head:
        return "block"
    if head[-1] in "=,(" or _REQUIRES_EXPRESSION.search(head):
        return "part"
    plain = head
    while plain != (plain := re.sub(r"<[^<>]*>", "", plain)):
        pass
    plain = re.sub(r"^(template\s*|requires\s+\w+\s+)+", "", plain)
    if _CONTAINER.match(plain):
        return "container"
    if "(" not in plain:
        return "block"
    last_word = re.search(r"\w*$", plain).group()
    specifiers = ("const", "noexcept", "override", "final")
    if _MEMBER_INITIALISER.search(plain) and last_word not in specifiers:
        return "part"
    return "function"


def function_length(tree):
    for path in tree.of_suffix(".hpp", ".cpp", ".sol"):
        for first, last in functions(tree.code(path)):
            if last - first + 1 > MAX_FUNCTION_LINES:
                yield (str(path), first, f"this function has {last - first + 1} lines, more than "
                       f"{MAX_FUNCTION_LINES}: give its steps names")


RULES = {
    "header_opening": header_opening,
    "using_namespace": using_namespace,
    "function_length": function_length,
}
