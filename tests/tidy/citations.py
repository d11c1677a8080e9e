"""Rules about the book's numbered statements and sections (docs/conformance/)."""

import re

from tests.tidy.tidy import Problem, rule

BOOK = "docs/conformance/"
UNTESTED = BOOK + "untested.md"

# A statement is defined where a list item or a table row of the book begins with its id.
_DEFINITION = re.compile(r"^\s*(?:[-*]|\|)\s*\**([A-Z]{2}-\d+)\b")
_SECTION = re.compile(r"^#{1,6}\s+(\d+(?:\.\d+)*)\b")
_TEST_NAME = re.compile(r"\b(?:DRYDOCK_)?TEST(?:_\w+)?\(\s*\w+\s*,\s*(\w+)\s*\)")


def statements(tree):
    """The ids of all statements, with the place where each is defined."""
    found = {}
    for path in tree.matching(".md"):
        if path.startswith(BOOK) and path != UNTESTED:
            for number, line in enumerate(tree.lines(path), 1):
                definition = _DEFINITION.match(line)
                if definition:
                    found.setdefault(definition.group(1), (path, number))
    return found


def _families(ids):
    return "|".join(sorted({i.split("-")[0] for i in ids}))


def _test_names(tree):
    for path in tree.matching("_test.cc", "_test_on_host.cc"):
        text = "\n".join(tree.code_lines(path))
        for match in _TEST_NAME.finditer(text):
            yield path, text.count("\n", 0, match.start(1)) + 1, match.group(1)


def _citing_lines(tree):
    """(path, number, text) of all prose: documents, and comments of everything else."""
    for path in tree.matching(".md"):
        for number, line in enumerate(tree.lines(path), 1):
            yield path, number, line
    for path in tree.matching(".cc", ".h", ".cpp", ".c", ".bazel", ".bzl", ".textproto"):
        for number, line in enumerate(tree.comment_lines(path), 1):
            yield path, number, line


@rule(f"cite a statement that {BOOK} defines, spelled RG-7 in prose and RG7 in a test's name")
def cited_statements_exist(tree):
    known = statements(tree)
    if not known:
        return
    families = _families(known)
    in_prose = re.compile(rf"(?<![\w-])((?:{families})(-?)(\d+))(?![\w-])")
    for path, number, line in _citing_lines(tree):
        for match in in_prose.finditer(line):
            cited, hyphen, digits = match.groups()
            # A document may quote the name of a test.
            quoted = path.endswith(".md") and (line.startswith("    ")
                                               or line.count("`", 0, match.start()) % 2)
            if digits.startswith("0") or not (hyphen or quoted):
                yield Problem(path, number, f"spells an id as {cited}")
            elif not hyphen:
                continue
            elif cited not in known:
                yield Problem(path, number, f"cites {cited}, which is defined nowhere")
    in_name = re.compile(rf"(?<![A-Z])({families})(\d+)")
    for path, number, name in _test_names(tree):
        for family, digits in in_name.findall(name):
            if f"{family}-{digits}" not in known:
                yield Problem(path, number, f"{name} names {family}-{digits}, "
                              "which is defined nowhere")


@rule(f"name the test after the statement (RG7...), or give the reason in {UNTESTED}: "
      "| RG-7 | reason |")
def every_statement_has_a_test(tree):
    known = statements(tree)
    tested = set()
    if known:
        in_name = re.compile(rf"(?<![A-Z])({_families(known)})(\d+)")
        for _, _, name in _test_names(tree):
            tested |= {f"{family}-{digits}" for family, digits in in_name.findall(name)}
    excused = {}
    if UNTESTED in tree.path_set:
        for number, line in enumerate(tree.lines(UNTESTED), 1):
            row = re.match(r"\|\s*([A-Z]{2}-\d+)\s*\|\s*([^|]*?)\s*\|", line)
            if row:
                excused[row.group(1)] = number
                if not row.group(2):
                    yield Problem(UNTESTED, number, f"gives no reason for {row.group(1)}")
    for statement, (path, number) in known.items():
        if statement not in tested and statement not in excused:
            yield Problem(path, number, f"{statement} has no test")
    for statement, number in excused.items():
        if statement not in known:
            yield Problem(UNTESTED, number, f"{statement} is defined nowhere")
        elif statement in tested:
            yield Problem(UNTESTED, number, f"{statement} has a test: remove the row")


@rule(f"cite a section as `workloop.md 7.5`, a heading of that file in {BOOK}")
def cited_sections_exist(tree):
    sections = {}
    for path in tree.matching(".md"):
        if path.startswith(BOOK):
            numbers = {m.group(1) for m in map(_SECTION.match, tree.lines(path)) if m}
            sections[path.removeprefix(BOOK)] = numbers
    if not sections:
        return
    names = "|".join(re.escape(name) for name in sections)
    citation = re.compile(rf"\b({names})`?,?\s+(\d+(?:\.\d+)*(?:(?:,| and| to)\s+\d+(?:\.\d+)+)*)")
    bare = re.compile(r"\(\d+\.\d+\)|\bsections?\s+\d+\.\d+")
    for path, number, line in _citing_lines(tree):
        for book, cited in citation.findall(line):
            for section in re.findall(r"\d+(?:\.\d+)*", cited):
                if section not in sections[book]:
                    yield Problem(path, number, f"cites {book} {section}, which does not exist")
        if not path.startswith(BOOK):
            for match in bare.finditer(line):
                yield Problem(path, number, f"cites a section of no file: {match.group()}")
