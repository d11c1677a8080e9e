// libkern/c++/OSPtr.h
//
// OSPtr<T> is what functions return that hand over a reference: `T *`, or, if
// IOKIT_ENABLE_SHARED_PTR is defined, OSSharedPtr<T>. Both link against the same library only where
// OSSharedPtr is passed like a pointer, for which clang has an attribute and g++ none.
// (service.md 1.3; workloop.md 0.4)
#ifndef _LIBKERN_OSPTR_H
#define _LIBKERN_OSPTR_H

#ifdef IOKIT_ENABLE_SHARED_PTR

#include <libkern/c++/OSSharedPtr.h>

#ifndef __clang__
#error "IOKIT_ENABLE_SHARED_PTR needs clang: see above"
#endif

template <typename T>
using OSPtr = OSSharedPtr<T>;

#else

template <typename T>
using OSPtr = T *;

#endif

#endif  // _LIBKERN_OSPTR_H
