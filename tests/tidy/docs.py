"""Rules about documents, and about what comments say of files."""

import posixpath
import re

from tests.tidy.citations import BOOK
from tests.tidy.tidy import Problem, rule

COLUMNS = 120


@rule(f"break the line: {COLUMNS} columns at most, in tables and code blocks too")
def documents_are_narrow(tree):
    for path in tree.matching(".md"):
        for number, line in enumerate(tree.lines(path), 1):
            if len(line) > COLUMNS:
                yield Problem(path, number, f"has {len(line)} columns")


def _slug(heading):
    """The anchor GitHub gives to a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"[^\w\- ]", "", text.replace("`", "")).strip().lower()
    return text.replace(" ", "-")


def _without_code(lines):
    """Lines with fenced blocks and code spans blank."""
    fenced = False
    for line in lines:
        if line.lstrip().startswith("```"):
            fenced = not fenced
            yield ""
        elif fenced or line.startswith("    "):
            yield ""
        else:
            yield re.sub(r"`[^`]*`", "", line)


def _anchors(tree, path):
    anchors, fenced = {}, False
    for line in tree.lines(path):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        heading = None if fenced else re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if heading:
            slug = _slug(heading.group(1))
            count = anchors.get(slug, -1) + 1
            anchors[slug] = count
            if count:
                anchors[f"{slug}-{count}"] = 0
        for name in re.findall(r'<a (?:id|name)="([^"]+)"', line):
            anchors[name] = 0
    return anchors


@rule("link to a file of this tree by a relative path, and to a heading by its anchor")
def links_are_alive(tree):
    folders = {posixpath.dirname(p) for p in tree.paths}
    for path in tree.matching(".md"):
        for number, line in enumerate(_without_code(tree.lines(path)), 1):
            targets = re.findall(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)", line)
            targets += re.findall(r"^\s*\[[^\]]+\]:\s+(\S+)", line)
            for target in targets:
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, anchor = target.partition("#")
                linked = posixpath.normpath(
                    posixpath.join(posixpath.dirname(path), name)) if name else path
                if linked not in tree.path_set and linked not in folders and linked != ".":
                    yield Problem(path, number, f"links to {target}, which does not exist")
                elif anchor and anchor not in (
                        _anchors(tree, linked) if linked.endswith(".md") else {}):
                    yield Problem(path, number, f"links to {target}, a heading that does not exist")


_FILE = re.compile(
    r"(?<![\w/.+$<>{}*-])(?:\./)?((?:[\w+.-]+/)*[\w+-][\w+.-]*"
    r"\.(?:h|cc|cpp|c|md|bzl|bazel|proto|textproto|plist|py|txt))(?![\w/*])(?!\.\w)")
# Where x stands for any name.
_ANY = re.compile(r"(^|/)x\.\w+$")
# Made by the build or by a command; not part of the tree.
_GENERATED = re.compile(r"(\.pb\.h|\.pb\.cc|^compile_commands\.json)$")


@rule("name a file that exists, by its path from the root, from beside the text or within kpi/")
def named_files_exist(tree):
    tails = set()
    for path in tree.paths:
        parts = path.split("/")
        tails |= {"/".join(parts[i:]) for i in range(len(parts))}

    def prose():
        for path in tree.matching(".md"):
            # The book's sources are Apple's files, which are not ours.
            if not path.startswith(BOOK):
                yield path, tree.lines(path)
        for path in tree.matching(".cc", ".h", ".cpp", ".c", ".bazel", ".bzl", ".textproto", ".py"):
            yield path, tree.comment_lines(path)

    for path, lines in prose():
        for number, line in enumerate(lines, 1):
            line = re.sub(r"\]\([^)]*\)|\bhttps?://\S+|\"[^\"]*\"", "", line)
            for name in _FILE.findall(line):
                beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
                if not (name in tails or beside in tree.path_set or _GENERATED.search(name)
                        or _ANY.search(name)):
                    yield Problem(path, number, f"names {name}, which does not exist")
