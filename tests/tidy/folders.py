"""The rule about which folder may use which: the table of docs/folders.md."""

import posixpath
import re

from tests.tidy.tidy import Problem, rule

TABLE = "docs/folders.md"
ANY = "*"


def read_table(tree):
    """{folder: the folders in its third column}, from the rows `| folder | what | may use |`."""
    table = {}
    if TABLE in tree.path_set:
        for line in tree.lines(TABLE):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if line.startswith("|") and len(cells) == 3 and cells[0].startswith("`"):
                used = re.findall(r"`([^`]+)`", cells[2])
                table[cells[0].strip("`/")] = {name.rstrip("/") for name in used}
    return table


def _closed(table):
    """The table with all that a folder may use in turn. Raises ValueError for a cycle."""
    closed = {}

    def close(folder, trail):
        if folder in trail:
            raise ValueError(" -> ".join(trail[trail.index(folder):] + [folder]))
        if folder not in closed:
            used = table.get(folder, set())
            closed[folder] = used.union(*(close(name, trail + [folder]) for name in used))
        return closed[folder]

    for name in table:
        close(name, [])
    return closed


def _folder_of(path, table):
    """The folder of the table that a path belongs to."""
    while path and path not in table:
        path = posixpath.dirname(path)
    return path


def _includes(tree):
    """(path, line, included path) for every #include of a header of ours."""
    for path in tree.matching(".cc", ".h", ".cpp", ".c"):
        for number, line in enumerate(tree.lines(path), 1):
            include = re.match(r'\s*#\s*include\s+["<]([^">]+)[">]', line)
            if include:
                for used in (include.group(1), f"kpi/{include.group(1)}"):
                    if used in tree.path_set:
                        yield path, number, used


def _labels(tree):
    """(path, line, package/name) for every label of ours that a target uses."""
    for path in tree.matching("BUILD.bazel"):
        # A list of those that may see a target says nothing of what the target uses.
        text = re.sub(r"\bvisibility\s*=\s*\[[^\]]*\]|\bload\([^)]*\)|#[^\n]*",
                      lambda m: re.sub(r"[^\n]", " ", m.group()), tree.text(path))
        for number, line in enumerate(text.split("\n"), 1):
            for package, name in re.findall(r'"//([\w/+.-]+)(?::([^"]*))?"', line):
                if package not in ("conditions", "visibility"):
                    yield path, number, f"{package}/{name}" if name else package


@rule("move the code, or let the lower folder offer what the upper one needs. Which folder may use "
      f"which is said by {TABLE}: add a row for a new folder")
def folders_depend_downwards(tree):
    table = read_table(tree)
    if not table:
        yield Problem(TABLE, 0, "has no table of folders")
        return
    for folder, used in table.items():
        for name in sorted(used - set(table) - {ANY}):
            yield Problem(TABLE, 0, f"lets {folder}/ use {name}/, which has no row")
        if not any(path.startswith(f"{folder}/") for path in tree.paths):
            yield Problem(TABLE, 0, f"has a row for {folder}/, which does not exist")
    try:
        closed = _closed(table)
    except ValueError as cycle:
        yield Problem(TABLE, 0, f"has a cycle: {cycle}")
        return
    for path, number, used in [*_includes(tree), *_labels(tree)]:
        source, target = _folder_of(path, table), _folder_of(used, table)
        for name, folder in ((path, source), (used, target)):
            if not folder:
                yield Problem(path, number, f"{name} belongs to no folder of {TABLE}")
        allowed = closed.get(source, {ANY})
        if source and target and source != target and not allowed & {target, ANY}:
            yield Problem(path, number, f"{source}/ may not use {target}/ ({used})")
