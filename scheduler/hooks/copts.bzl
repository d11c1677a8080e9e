"""Options that compile code with memory hooks: it announces every access to the machine."""

# The compilers cannot combine -fsanitize=thread with AddressSanitizer: under --config=asan there are no hooks. Under
# --config=tsan the sanitizer's own runtime is called. Inlined memcpy and the like would not be announced, so builtins
# are off. -Wno-tsan: g++ warns that its runtime does not support fences; ours does.
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
