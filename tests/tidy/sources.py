"""Rules about source files: their form, their headers, and what they depend on."""

import concurrent.futures
import os
import re
import shutil
import subprocess

from tests.tidy.tidy import Problem, rule

SOURCES = (".cc", ".h", ".cpp", ".c")


def _run(commands):
    """Runs each command, as many at a time as there are CPUs; returns what each printed."""

    def run(command):
        return subprocess.run(command, capture_output=True, text=True, check=False)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(run, commands))


@rule("run clang-format-14 -i on the files named")
def sources_are_formatted(tree):
    if not shutil.which("clang-format-14"):
        yield Problem(".clang-format", 0, "clang-format-14 is not installed: run ./bazelw once")
        return
    paths = tree.matching(*SOURCES)
    commands = [["clang-format-14", "--dry-run", "-Werror"] +
                [str(tree.root / p) for p in paths[i:i + 32]] for i in range(0, len(paths), 32)]
    for result in _run(commands):
        badly_formed = dict.fromkeys(
            re.findall(r"^(\S+?):\d+:\d+: error:", result.stderr, re.MULTILINE))
        for path in badly_formed:
            yield Problem(os.path.relpath(path, tree.root), 0, "is not formatted")
        if result.returncode and not badly_formed:
            yield Problem(".clang-format", 0, result.stderr.strip())


# Where `npm ci` of third_party/npm, which ./bazelw runs, puts it.
_BUILDIFIER = "third_party/npm/node_modules/.bin/buildifier"


def _buildifier(tree):
    """The path of buildifier: the tree's own, else (a planted tree has none) this project's."""
    project = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    for root in (tree.root, project):
        path = os.path.join(root, _BUILDIFIER)
        if os.path.exists(path):
            return path
    return None


@rule(f"run {_BUILDIFIER} on the files named")
def build_files_are_formatted(tree):
    buildifier = _buildifier(tree)
    if not buildifier:
        yield Problem("third_party/npm/package.json", 0,
                      "buildifier is not installed: run npm ci --prefix third_party/npm")
        return
    paths = tree.matching(".bazel", ".bzl", "WORKSPACE")
    if not paths:
        return
    [result] = _run([[buildifier, "-mode=check"] + [str(tree.root / p) for p in paths]])
    badly_formed = re.findall(r"^(\S+) # reformat", result.stdout + result.stderr, re.MULTILINE)
    for path in badly_formed:
        yield Problem(os.path.relpath(path, tree.root), 0, "is not formatted")
    if result.returncode and not badly_formed:
        yield Problem("third_party/npm/package.json", 0, (result.stdout + result.stderr).strip())


@rule("begin the file with a comment that says what it is")
def sources_say_what_they_are(tree):
    for path in tree.matching(".cc", ".cpp", ".c"):
        if not tree.text(path).startswith(("//", "/*")):
            yield Problem(path, 1, "does not begin with a comment")


def _guard_matches(guard, path):
    name = re.sub(r"\W", "_", path).upper()
    if path.startswith("kpi/"):
        # Apple's names, which drivers may test: _IOKIT_IOWORKLOOP_H, _MACH_PORT_H_.
        return re.fullmatch(r"_\w*" + name.split("_")[-2] + "_H_?", guard) is not None
    return guard == f"DRYDOCK_{name}_"


@rule("begin with #ifndef and #define of DRYDOCK_<PATH>_H_; in kpi/, of _<FOLDER>_<FILE>_H")
def header_guards_match_paths(tree):
    for path in tree.matching(".h"):
        directives = [line for line in tree.code_lines(path) if line.startswith("#")] + ["", ""]
        guard = directives[0].removeprefix("#ifndef ")
        if not _guard_matches(guard, path) or directives[1] != f"#define {guard}":
            yield Problem(path, 0, f"has no guard named after its path, but {directives[0]!r}")
