"""The framework of the tidy test: a tree of files, rules over it, and the problems they report.

A rule is a function from a Tree to problems, declared with @rule. Its remedy says what to do about
a problem; the test prints it with every report.
"""

import dataclasses
import fnmatch
import functools
import os
import pathlib
import re
from typing import Callable, Iterable, Iterator

# Folders that hold nothing of ours: version control, Bazel's links, installed npm packages.
_SKIPPED_FOLDERS = {".git", ".bazel", ".cache", ".idea", ".vscode", "node_modules", "__pycache__"}


@dataclasses.dataclass(frozen=True)
class Problem:
    """One place where a rule is broken."""

    path: str  # relative to the root of the tree
    line: int  # counted from 1; 0 is the file as a whole
    what: str

    def __str__(self):
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.what}"


@dataclasses.dataclass(frozen=True)
class Allowed:
    """One place that may break a rule, and the reason."""

    rule: str
    path: str  # may have wildcards
    text: str  # part of the problem's message
    reason: str

    def covers(self, rule_name, problem):
        return (rule_name == self.rule and fnmatch.fnmatchcase(problem.path, self.path)
                and self.text in problem.what)


class Tree:
    """The files below a folder, as text. Reads each file once."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.paths = sorted(self._walk())
        self.path_set = set(self.paths)

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [
                f for f in folders if f not in _SKIPPED_FOLDERS and not f.startswith("bazel-")
            ]
            for name in names:
                path = pathlib.Path(folder, name)
                if path.is_file():
                    yield path.relative_to(self.root).as_posix()

    def matching(self, *suffixes) -> list[str]:
        """The paths that end with one of the suffixes."""
        return [p for p in self.paths if p.endswith(suffixes)]

    @functools.cache
    def text(self, path) -> str:
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    @functools.cache
    def lines(self, path) -> list[str]:
        return self.text(path).split("\n")

    @functools.cache
    def code_lines(self, path) -> list[str]:
        """The lines of a C++ file without comments and the contents of strings."""
        return blank_out(self.text(path), comments=True, strings=True).split("\n")

    @functools.cache
    def comment_lines(self, path) -> list[str]:
        """The lines of a file with only their comments, other text being blank."""
        text = self.text(path)
        if path.endswith((".bazel", ".bzl", ".py", ".textproto", ".bazelrc")):
            comments = (re.search(r"(?:^|\s)#.*", line) for line in text.split("\n"))
            return [comment.group() if comment else "" for comment in comments]
        without = blank_out(text, comments=True, strings=False)
        kept = "".join(
            c if c == "\n" or c != w else " " for c, w in zip(text, without, strict=True))
        return kept.split("\n")


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s\\]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)


def blank_out(text, comments, strings):
    """C++ with its comments or the contents of its strings replaced by spaces, lines kept."""

    def blank(match):
        token = match.group()
        is_comment = token.startswith(("//", "/*"))
        if is_comment and comments:
            return re.sub(r"[^\n]", " ", token)
        if not is_comment and strings:
            return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]
        return token

    return _TOKEN.sub(blank, text)


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule of the house."""

    name: str
    remedy: str
    check: Callable[[Tree], Iterable[Problem]]


RULES: dict[str, Rule] = {}


def rule(remedy):
    """Declares the decorated function to be a rule, called like the function."""

    def declare(function):
        RULES[function.__name__] = Rule(function.__name__, remedy, function)
        return function

    return declare


def problems(the_rule, tree, allowed=()) -> Iterator[Problem]:
    """What breaks the rule and is not allowed to, and what is allowed without need."""
    used = set()
    for problem in the_rule.check(tree):
        permit = next((a for a in allowed if a.covers(the_rule.name, problem)), None)
        if permit:
            used.add(permit)
        else:
            yield problem
    for permit in allowed:
        if permit.rule == the_rule.name and permit not in used:
            yield Problem(
                permit.path, 0,
                f"tests/tidy/allowed.py permits \"{permit.text}\" here without need: remove the entry")


def report(the_rule, found) -> str:
    """What the test prints for a broken rule."""
    return "\n".join([f"the rule {the_rule.name} is broken:"] + [f"  {p}" for p in found] +
                     [f"Remedy: {the_rule.remedy}"])
