// libkern/OSIterator.cc
#include <libkern/c++/OSIterator.h>

OSDefineMetaClassAndAbstractStructors(OSIterator, OSObject)
