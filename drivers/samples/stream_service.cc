// The abstract class of all stream drivers.
#include "drivers/samples/stream_service.h"

OSDefineMetaClassAndAbstractStructors(StreamService, IOService)
