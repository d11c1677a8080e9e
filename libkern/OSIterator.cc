// OSIterator: the metaclass of the abstract class.
#include <libkern/c++/OSIterator.h>

OSDefineMetaClassAndAbstractStructors(OSIterator, OSObject)
