"""How to compile code that tells what memory it touches."""

# The compilers do not combine this with AddressSanitizer: under --config=asan there are no hooks. Under
# --config=tsan accesses are told to the sanitizer itself. The compiler's own copies of memcpy and its like would not
# tell, so it may have none. g++ warns that its own runtime does not know fences; ours does.
HOOK_COPTS = select({
    "//:asan": [],
    "//:tsan": [],
    "//conditions:default": [
        "-fsanitize=thread",
        "-fno-builtin-memcpy",
        "-fno-builtin-memmove",
        "-fno-builtin-memset",
        "-fno-builtin-memcmp",
        "-fno-builtin-bcopy",
        "-fno-builtin-bzero",
        "-include",
        "scheduler/hooks/hooked_string.h",
    ],
}) + select({
    "//:clang": [],
    "//conditions:default": ["-Wno-tsan"],
})
