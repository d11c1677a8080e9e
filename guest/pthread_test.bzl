"""Guest programs: plain pthread programs, run under exploration."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")
load("//scheduler/hooks:copts.bzl", "HOOK_COPTS")

def drydock_pthread_test(name, srcs, copts = [], args = [], defines = [], size = "small", tags = [], **kwargs):
    """A test of an unmodified pthread program, which has a main.

    The program runs under one schedule after another (--drydock_strategy and so on, as for a DRYDOCK_TEST;
    docs/guests.md). The test fails if the program deadlocks, crashes, fails an assertion, races, or returns anything
    but 0.

    Args:
      name: the test.
      srcs: C or C++ source, unmodified, and headers of its own.
      copts: options of the compiler.
      args: flags of the test, such as "--expect=deadlock".
      defines: macros.
      size: of the test.
      tags: of the test; "hooks", which says that it needs memory-access hooks, is added.
      **kwargs: passed on to cc_test.
    """
    program = name + "_program.so"
    cc_binary(
        name = program,
        testonly = True,
        srcs = srcs + [
            "//guest:rename.h",
            "//scheduler/hooks:hooked_string.h",
        ],
        copts = HOOK_COPTS + copts + [
            "-fPIC",
            # Reports show files and lines.
            "-g",
            # Variables that stay in registers are no memory accesses, and so no choice points.
            "-O1",
            "-UNDEBUG",
            "-fno-omit-frame-pointer",
            "-include",
            "guest/rename.h",
        ] + ["-D" + define for define in defines],
        # Undefined symbols are resolved in the program that loads it.
        linkopts = ["-Wl,-Bsymbolic", "-Wl,-z,now"],
        linkshared = True,
    )
    cc_test(
        name = name,
        size = size,
        args = ["--program=$(rootpath %s)" % program, "--name=" + name] + args,
        data = [program],
        tags = tags + ["hooks"],
        deps = ["//guest:runner"],
        **kwargs
    )
