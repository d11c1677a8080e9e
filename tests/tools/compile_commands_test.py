"""What becomes of Bazel's command lines in compile_commands.json."""

import unittest

from tools import compile_commands


class CompileCommandsTest(unittest.TestCase):

    def test_a_command_fits_clang_and_the_workspace(self):
        command = compile_commands.command_for_clangd([
            "/usr/bin/gcc", "-Wall", "-MD", "-MF", "bazel-out/k8/bin/a.d",
            "-frandom-seed=bazel-out/k8/bin/a.o", "-iquote", ".", "-iquote", "bazel-out/k8/bin",
            "-Ibazel-out/k8/bin/libkern/_virtual_includes/kpi",
            "-Ibazel-out/k8/bin/workloop/_virtual_includes/kpi", "-flifetime-dse=1",
            "-fno-canonical-system-headers", "-c", "libkern/a.cc", "-o", "bazel-out/k8/bin/a.o"
        ], "/cache/bazel-out")
        self.assertEqual(command, [
            "/usr/bin/gcc", "-Wall", "-iquote", ".", "-iquote", "/cache/bazel-out/k8/bin", "-Ikpi",
            "-c", "libkern/a.cc"
        ])

    def test_each_file_has_one_entry(self):
        actions = [{"arguments": ["gcc", f"-D{name}", "-c", "a.cc"]} for name in ("FIRST", "SECOND")]
        self.assertEqual(compile_commands.entries(actions, "/work", "/cache/bazel-out"), [{
            "directory": "/work",
            "file": "a.cc",
            "arguments": ["gcc", "-DFIRST", "-c", "a.cc"],
        }])

    def test_a_generated_file_is_named_where_it_is(self):
        actions = [{"arguments": ["gcc", "-c", "bazel-out/k8/bin/a.cc"]}]
        [entry] = compile_commands.entries(actions, "/work", "/cache/bazel-out")
        self.assertEqual(entry["file"], "/cache/bazel-out/k8/bin/a.cc")
        self.assertEqual(entry["arguments"], ["gcc", "-c", "/cache/bazel-out/k8/bin/a.cc"])


if __name__ == "__main__":
    unittest.main()
