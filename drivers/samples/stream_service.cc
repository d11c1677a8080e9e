#include "drivers/samples/stream_service.h"

OSDefineMetaClassAndAbstractStructors(StreamService, IOService)
