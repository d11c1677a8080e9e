"""The house rules, as a test of this source tree: one case per rule.

It reads the whole tree, which no list of inputs in a BUILD file could name without a glob in every
package. So it has the tags "external" (its result is never cached) and "local" (it is not
sandboxed), and finds the tree by following the runfile WORKSPACE to the file that it stands for.

At the desk, `python3 -m tests.tidy.tidy_test` in the root does the same without Bazel.
"""

import pathlib
import unittest

from tests.tidy import allowed, rules, tidy


def _root():
    """The root of the source tree: where the runfile WORKSPACE really is."""
    return (pathlib.Path(__file__).parents[2] / "WORKSPACE").resolve(strict=True).parent


class TidyTest(unittest.TestCase):
    """Has a test method for each rule, see below."""

    tree = tidy.Tree(_root())

    def test_the_tree_is_there(self):
        for path in ("WORKSPACE", "README.md", "trace/event.h", "tests/tidy/tidy_test.py"):
            self.assertIn(path, self.tree.path_set)

    def test_every_permission_names_a_rule(self):
        for permit in allowed.ALLOWED:
            self.assertIn(permit.rule, rules.RULES)


def _test_of(rule):

    def test(self):
        found = list(tidy.problems(rule, self.tree, allowed.ALLOWED))
        if found:
            self.fail(tidy.report(rule, found))

    return test


for _rule in rules.RULES.values():
    setattr(TidyTest, f"test_{_rule.name}", _test_of(_rule))

if __name__ == "__main__":
    unittest.main()
