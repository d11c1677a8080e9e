"""The rules of @rules_cc, which in Bazel 4.2 are still part of Bazel itself.

Debian's bazel-rules-cc is too new for Debian's Bazel, so this file stands in for it.
"""

cc_binary = native.cc_binary
cc_import = native.cc_import
cc_library = native.cc_library
cc_proto_library = native.cc_proto_library
cc_test = native.cc_test
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
objc_library = native.objc_library
