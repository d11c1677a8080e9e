// libkern/c++/OSUnserialize.h
//
// Objects from the XML that OSSerialize writes, and from property lists.
#ifndef _LIBKERN_OSUNSERIALIZE_H
#define _LIBKERN_OSUNSERIALIZE_H

#include <stddef.h>

#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class OSString;

// The object that `buffer` describes; +1. Null if it is malformed, nests deeper than 100
// collections or refers to what it is part of; then `*errorString`, if asked for, says why in one
// line (+1). What follows the object is not looked at. Thread context.
extern OSPtr<OSObject> OSUnserializeXML(const char *buffer, OSString **errorString = NULL);
extern OSPtr<OSObject> OSUnserializeXML(const char *buffer, size_t bufferSize,
                                        OSString **errorString = NULL);

#endif  // _LIBKERN_OSUNSERIALIZE_H
