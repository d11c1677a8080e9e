"""Tests that run on simulated threads and on the host's."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def both_kernels_test(name, deps, args = [], **kwargs):
    """A test made of DRYDOCK_TESTs: `name` on the simulated machine, `name`_on_host on host threads.

    The latter has the tag "host", as every test on host threads.

    Args:
      name: the name of the first.
      deps: without //tests:drydock_test, which is what they differ in.
      args: of the first only.
      **kwargs: of both, as for cc_test.
    """
    cc_test(
        name = name,
        args = args,
        deps = deps + ["//tests:drydock_test"],
        **kwargs
    )
    cc_test(
        name = name + "_on_host",
        tags = ["host"],
        deps = deps + [
            "//tests:drydock_test_interface",
            "//tests:drydock_test_on_host",
        ],
        **kwargs
    )
