// IOKit/assert.h
#include <kern/assert.h>
