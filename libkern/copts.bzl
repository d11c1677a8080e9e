"""How to compile code with classes that derive from OSObject."""

# OSObject's operator new hands out zeros and classes rely on it, but to the compiler an object has
# no value before its constructor: g++ drops such stores. clang does not, and knows no such option.
KERNEL_COPTS = select({
    "//:clang": [],
    "//conditions:default": ["-flifetime-dse=1"],
})
