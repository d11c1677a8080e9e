"""C++ classes from a .proto file, made by the system's protoc."""

def drydock_cc_proto(name, src, visibility = None):
    """Compiles `src` (foo.proto) to a cc_library that offers "<package>/foo.pb.h".

    Args:
      name: name of the cc_library.
      src: the .proto file, in the calling package. It may not import other files.
      visibility: of the cc_library.
    """
    if not src.endswith(".proto"):
        fail("drydock_cc_proto: src must be a .proto file of this package, not " + src)
    stem = src[:-len(".proto")]

    native.genrule(
        name = name + "_generated",
        srcs = [src],
        outs = [
            stem + ".pb.cc",
            stem + ".pb.h",
        ],
        # Sources are named from the workspace's root, so $(GENDIR) is where the results belong.
        cmd = "/usr/bin/protoc --proto_path=. --cpp_out=$(GENDIR) $(location %s)" % src,
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        # Our warnings are for code people wrote.
        copts = ["-w"],
        visibility = visibility,
        deps = ["@com_google_protobuf//:protobuf"],
    )
