// libkern/c++/OSLib.h
#include <libkern/libkern.h>
