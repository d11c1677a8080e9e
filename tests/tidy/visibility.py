"""The rule about which targets consumers may use: the table "Public targets" of docs/folders.md."""

import ast
import posixpath
import re

from tests.tidy.folders import TABLE
from tests.tidy.tidy import Problem, rule

_PUBLIC = "//visibility:public"


def _strings(node):
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant)}


def _public_targets(tree):
    """(path, line, label) for every public target; the name of a made-up name is *."""
    for path in tree.matching("BUILD.bazel"):
        if path.startswith("third_party/"):
            continue  # names for system packages
        package = posixpath.dirname(path)
        # A BUILD file is an expression language within Python's.
        for call in ast.walk(ast.parse(tree.text(path))):
            if not isinstance(call, ast.Call):
                continue
            arguments = {k.arg: k.value for k in call.keywords}
            for argument in ("visibility", "default_visibility"):
                if argument in arguments and _PUBLIC in _strings(arguments[argument]):
                    name = arguments.get("name")
                    name = name.value if isinstance(name, ast.Constant) else "*"
                    short = name == posixpath.basename(package)
                    yield path, call.lineno, f"//{package}" if short else f"//{package}:{name}"


@rule('give the target the visibility ["//:__subpackages__"] or a narrower one, or promise it to '
      f"consumers by a row of \"Public targets\" in {TABLE}")
def public_targets_are_promised(tree):
    promised = {}
    if TABLE in tree.path_set:
        for number, line in enumerate(tree.lines(TABLE), 1):
            if line.startswith("| `//"):
                for label in re.findall(r"`(//[^`]*)`", line.split("|")[1]):
                    promised[label] = number
    found = set()
    for path, line, label in _public_targets(tree):
        names = {label, label.partition(":")[0] + ":*"}
        found |= names
        if not names & set(promised):
            yield Problem(path, line, f"{label} is public")
    for label in sorted(set(promised) - found):
        yield Problem(TABLE, promised[label], f"promises {label}, which is not public")
