// libkern/object_id.h
//
// The ids by which events name objects.
#ifndef DRYDOCK_LIBKERN_OBJECT_ID_H_
#define DRYDOCK_LIBKERN_OBJECT_ID_H_

#include <libkern/c++/OSObject.h>

#include "trace/event.h"

namespace drydock {

// The object's id in its run, in order of creation; 0 for null and for what lives as long as the
// process (OSBoolean).
inline trace::ObjectId ObjectIdOf(const OSObject* object) {
  return object == nullptr ? 0 : object->objectId;
}

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_OBJECT_ID_H_
