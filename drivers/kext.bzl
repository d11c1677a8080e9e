"""How driver source is built."""

load("@rules_cc//cc:defs.bzl", "cc_library")
load("//libkern:copts.bzl", "KERNEL_COPTS")
load("//scheduler/hooks:copts.bzl", "HOOK_COPTS")

def kext_library(name, srcs, info_plist = None, hdrs = [], deps = [], copts = [], **kwargs):
    """A kext: driver source, and the Info.plist whose personalities make it match.

    Driver source needs no change: it includes <IOKit/...> and is compiled the way kext code must be, and so that it
    tells what memory it touches (docs/races.md). The catalogue of every program that links it knows its personalities.

    Args:
      name: the library; also the kext's name in the catalogue's order.
      srcs: driver source.
      info_plist: an Apple property list; none for drivers that are not matched.
      hdrs: headers that others may include.
      deps: what it includes.
      copts: further options of the compiler.
      **kwargs: passed on to cc_library.
    """
    registration = []
    if info_plist:
        registration = [name + "_kext.cc"]
        native.genrule(
            name = name + "_kext",
            srcs = [info_plist],
            outs = registration,
            cmd = """cat > $@ <<DRYDOCK_END
#include "drivers/service/kext.h"
static const char kInfoPlist[] = R"DRYDOCK_PLIST($$(cat $<))DRYDOCK_PLIST";
static const drydock::KextRegistration kRegistration("%s", kInfoPlist);
DRYDOCK_END
""" % name,
        )
    cc_library(
        name = name,
        srcs = srcs + registration,
        hdrs = hdrs,
        copts = KERNEL_COPTS + HOOK_COPTS + copts + [
            "-D__unused=__attribute__((unused))",
            "-DDRYDOCK_KEXT=\\\"%s\\\"" % name,
            "-Wno-cast-function-type",  # tables of IOMethod
        ],
        # Its classes and its registration are reached by name only.
        alwayslink = True,
        deps = deps + [
            "//drivers/service",
            "//scheduler/hooks",
        ],
        **kwargs
    )
