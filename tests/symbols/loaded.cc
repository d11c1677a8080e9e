// A shared object that the test loads, once with debug information and once without any symbols.
#include "tests/symbols/probe.h"

// Its address is 16 bytes into `filled`.
extern "C" int* the_middle;
static int filled[8] = {1};
int* the_middle = &filled[4];

// Not exported: a stripped file does not know its name.
[[gnu::noinline]] static const char* NotExported() { return CallOfThis(); }

// An address in the code of NotExported.
extern "C" const char* InsideOfLoaded() { return NotExported(); }
