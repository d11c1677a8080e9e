"""Each rule of the tidy test, broken once in a small tree that is otherwise in order."""

import pathlib
import tempfile
import unittest

from tests.tidy import rules, tidy

# A tree that breaks no rule.
SOUND = {
    ".clang-format": "BasedOnStyle: Google\nColumnLimit: 100\n",
    "README.md": "# A project\n\nSee [the folders](docs/folders.md#folders).\n",
    "docs/folders.md": """# Folders

| folder | what lives there | may use |
| --- | --- | --- |
| `trace/` | events | |
| `verify/` | checkers | `trace/` |
| `tests/` | tests | `*` |
""",
    "docs/conformance/workloop.md": """# Work loops

## 1. Gates

### 1.2 Order

- **WL-1** An action runs in the gate.
- **WL-2** The gate is recursive.
""",
    "docs/conformance/untested.md": "| id | reason |\n| --- | --- |\n| WL-2 | no API shows it |\n",
    "tests/verify/gate_test.cc": """// Gates are watched.
TEST(Gate, WL1ActionRunsInTheGate) {}
""",
    "trace/event.h": """// trace/event.h
//
// What can be seen of a run. (WL-1, workloop.md 1.2)
#ifndef DRYDOCK_TRACE_EVENT_H_
#define DRYDOCK_TRACE_EVENT_H_

#endif  // DRYDOCK_TRACE_EVENT_H_
""",
    "trace/BUILD.bazel": """cc_library(
    name = "trace",
    hdrs = ["event.h"],
)
""",
    "verify/gate.cc": """// Watches gates. See trace/event.h.
#include "trace/event.h"

int gates = 0;
""",
}

# For each rule: changed or new files of the sound tree, and what must be reported of them.
BROKEN = {
    "cited_statements_exist": [
        ({"verify/gate.cc": "// As WL-7 says.\n"}, "verify/gate.cc:1: cites WL-7"),
        ({"verify/gate.cc": "// As WL-01 says.\n"}, "verify/gate.cc:1: spells an id as WL-01"),
        ({"verify/gate.cc": "// As WL1 says.\n"}, "verify/gate.cc:1: spells an id as WL1"),
        ({"tests/verify/more_test.cc": "// More.\nTEST(Gate, WL7Opens) {}\n"},
         "tests/verify/more_test.cc:2: WL7Opens names WL-7"),
    ],
    "every_statement_has_a_test": [
        ({"tests/verify/gate_test.cc": "// No test.\n"},
         "docs/conformance/workloop.md:7: WL-1 has no test"),
        ({"docs/conformance/untested.md": "| WL-2 | |\n"},
         "docs/conformance/untested.md:1: gives no reason for WL-2"),
        ({"docs/conformance/untested.md": "| WL-2 | hidden |\n| WL-1 | hidden |\n"},
         "docs/conformance/untested.md:2: WL-1 has a test: remove the row"),
        ({"docs/conformance/untested.md": "| WL-2 | hidden |\n| WL-9 | hidden |\n"},
         "docs/conformance/untested.md:2: WL-9 is defined nowhere"),
    ],
    "cited_sections_exist": [
        ({"verify/gate.cc": "// (workloop.md 1.2 and 1.3)\n"},
         "verify/gate.cc:1: cites workloop.md 1.3"),
        ({"verify/gate.cc": "// (section 1.2)\n"}, "verify/gate.cc:1: cites a section of no file"),
        ({"verify/gate.cc": "// It nests. (1.2)\n"}, "cites a section of no file: (1.2)"),
    ],
    "no_host_time": [
        ({"verify/gate.cc": "// A.\nauto t = std::chrono::steady_clock::now();\n"},
         "verify/gate.cc:2: host time: std::chrono::steady_clock"),
        ({"verify/gate.cc": "// A.\nauto t = absl::Now();\n"}, "host time: absl::Now"),
        ({"verify/gate.cc": "// A.\nauto t = time(nullptr);\n"}, "host time: time(nullptr)"),
    ],
    "no_host_threads": [
        ({"verify/gate.cc": "// A.\nstd::thread thread;\n"}, "host thread: std::thread"),
        ({"verify/gate.cc": "// A.\nabsl::Mutex mutex;\n"}, "host thread: absl::Mutex"),
        ({"verify/gate.cc": "// A.\nint i = pthread_join(0, 0);\n"}, "thread: pthread_join"),
    ],
    "no_host_randomness": [
        ({"verify/gate.cc": "// A.\nstd::random_device device;\n"}, "std::random_device"),
        ({"verify/gate.cc": "// A.\nint i = rand();\n"}, "host randomness: rand"),
    ],
    "no_environment": [
        ({"verify/gate.cc": "// A.\nauto home = getenv(\"HOME\");\n"}, "environment: getenv"),
    ],
    "no_hashed_iteration": [
        ({"verify/gate.cc": "// A.\nabsl::flat_hash_map<int, std::set<int>> gates_;\n"
                            "void F() {\n  for (const auto& [a, b] : gates_) {\n  }\n}\n"},
         "verify/gate.cc:4: iterates over a hashed container: gates_"),
        ({"verify/gate.h": "std::unordered_set<int> gates_;\n",
          "verify/gate.cc": "// A.\nauto first = gates_.begin();\n"},
         "verify/gate.cc:2: iterates over a hashed container: gates_"),
        ({"verify/gate.cc": "// A.\nusing Gates = absl::flat_hash_set<int>;\nGates gates;\n"
                            "bool b = absl::c_any_of(gates, F);\n"},
         "verify/gate.cc:4: iterates over a hashed container: gates"),
    ],
    "no_order_of_pointers": [
        ({"verify/gate.cc": "// A.\nstd::map<const Gate*, int> gates;\n"},
         "verify/gate.cc:2: a container in the order of pointers"),
    ],
    "no_printed_pointer": [
        ({"verify/gate.cc": "// A.\nint i = printf(\"%p\", p);\n"}, "verify/gate.cc:2: prints"),
        ({"verify/gate.cc": "// A.\nvoid F() { out << this; }\n"}, "verify/gate.cc:2: prints"),
        ({"verify/gate.cc": "// A.\nvoid F() { out << static_cast<const void*>(p); }\n"},
         "verify/gate.cc:2: prints a pointer"),
    ],
    "documents_are_narrow": [
        ({"README.md": "# A\n\n" + "x" * 121 + "\n"}, "README.md:3: has 121 columns"),
        ({"README.md": "```\n" + "x " * 61 + "\n```\n"}, "README.md:2: has 122 columns"),
    ],
    "links_are_alive": [
        ({"README.md": "# A\n\n[b](docs/none.md)\n"}, "README.md:3: links to docs/none.md"),
        ({"README.md": "# A\n\n[b](docs/folders.md#none)\n"},
         "README.md:3: links to docs/folders.md#none, a heading that does not exist"),
    ],
    "named_files_exist": [
        ({"verify/gate.cc": "// See trace/none.h.\n"}, "verify/gate.cc:1: names trace/none.h"),
        ({"README.md": "Run `scenarios/none.textproto`.\n"}, "names scenarios/none.textproto"),
    ],
    "folders_depend_downwards": [
        ({"trace/event.h": "#include \"verify/gate.h\"\n", "verify/gate.h": ""},
         "trace/event.h:1: trace/ may not use verify/ (verify/gate.h)"),
        ({"trace/BUILD.bazel": "cc_library(\n    name = \"trace\",\n    deps = [\"//verify\"],\n)\n"},
         "trace/BUILD.bazel:3: trace/ may not use verify/ (verify)"),
        ({"attic/a.cc": "// Old.\n#include \"trace/event.h\"\n"},
         "attic/a.cc:2: attic/a.cc belongs to no folder"),
        ({"docs/folders.md": "| `trace/` | | `verify/` |\n| `verify/` | | `trace/` |\n"},
         "docs/folders.md: has a cycle: trace -> verify -> trace"),
    ],
    "public_targets_are_promised": [
        ({"trace/BUILD.bazel": "cc_library(\n    name = \"trace\",\n"
                               "    visibility = [\"//visibility:public\"],\n)\n"},
         "trace/BUILD.bazel:1: //trace is public"),
        ({"trace/BUILD.bazel": "package(default_visibility = [\"//visibility:public\"])\n"},
         "trace/BUILD.bazel:1: //trace:* is public"),
        ({"docs/folders.md": "| `//trace:event` | events |\n"},
         "docs/folders.md:1: promises //trace:event, which is not public"),
    ],
    "sources_are_formatted": [
        ({"verify/gate.cc": "// A.\nint  gates=0;\n"}, "verify/gate.cc: is not formatted"),
    ],
    "build_files_are_formatted": [
        ({"trace/BUILD.bazel": "cc_library(name='trace')\n"}, "trace/BUILD.bazel: is not format"),
    ],
    "sources_say_what_they_are": [
        ({"verify/gate.cc": "int gates = 0;\n"}, "verify/gate.cc:1: does not begin with a comment"),
    ],
    "header_guards_match_paths": [
        ({"trace/event.h": "#ifndef EVENT_H_\n#define EVENT_H_\n#endif\n"},
         "trace/event.h: has no guard named after its path"),
    ],
}


def _plant(folder, files):
    for path, text in files.items():
        file = pathlib.Path(folder, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tidy.Tree(folder)


def _problems(rule, files, allowed=()):
    with tempfile.TemporaryDirectory() as folder:
        tree = _plant(folder, files)
        return [str(problem) for problem in tidy.problems(rule, tree, allowed)]


class RulesTest(unittest.TestCase):

    def test_every_rule_is_broken_here(self):
        self.assertEqual(sorted(BROKEN), sorted(rules.RULES))

    def test_a_sound_tree_breaks_no_rule(self):
        for rule in rules.RULES.values():
            with self.subTest(rule.name):
                self.assertEqual(_problems(rule, SOUND), [])

    def test_a_broken_rule_is_reported(self):
        for name, cases in BROKEN.items():
            for files, expected in cases:
                with self.subTest(name, expected=expected):
                    found = _problems(rules.RULES[name], {**SOUND, **files})
                    self.assertTrue(any(expected in problem for problem in found), found)

    def test_the_report_names_the_remedy(self):
        rule = rules.RULES["no_host_time"]
        report = tidy.report(rule, [tidy.Problem("a.cc", 3, "host time: absl::Now")])
        self.assertEqual(
            report, "the rule no_host_time is broken:\n"
            "  a.cc:3: host time: absl::Now\n"
            f"Remedy: {rule.remedy}")

    def test_an_allowed_place_is_not_reported(self):
        rule = rules.RULES["sources_say_what_they_are"]
        files = {**SOUND, "verify/gate.cc": "int gates = 0;\n"}
        permit = tidy.Allowed(rule.name, "verify/*", "comment", "a reason")
        self.assertEqual(_problems(rule, files, [permit]), [])

    def test_a_permission_without_need_is_reported(self):
        rule = rules.RULES["sources_say_what_they_are"]
        permit = tidy.Allowed(rule.name, "verify/gate.cc", "comment", "a reason")
        [problem] = _problems(rule, SOUND, [permit])
        self.assertIn("permits \"comment\" here without need: remove the entry", problem)

    def test_comments_and_strings_are_no_code(self):
        rule = rules.RULES["no_host_time"]
        text = "// absl::Now()\n/* absl::Now() */\nconst char* s = \"absl::Now()\";\n"
        self.assertEqual(_problems(rule, {**SOUND, "verify/gate.cc": text}), [])


if __name__ == "__main__":
    unittest.main()
