// libkern/c++/OSObject.h
//
// The root class: an object on the kernel heap, kept alive by counted references.
//
// The counter's low half counts all references, its high half those of collections, which are the
// ones taken with the tag OSTypeID(OSCollection). (service.md 1.1)
//
//   low half    means                      retain           release
//   1 … 65533   references                 counts           counts; below `freeWhen` it frees
//   0xfffe      more than can be counted   nothing          nothing: the object lives for ever
//   0xffff      being freed                panics (OB-2)   nothing (OB-2)
//
// A release that leaves fewer references than collections hold panics: the caller owned no
// reference (OB-3). Both are choice points and publish an event.
#ifndef _LIBKERN_OSOBJECT_H
#define _LIBKERN_OSOBJECT_H

#include <libkern/c++/OSMetaClass.h>
#include <libkern/c++/OSPtr.h>

namespace drydock {
namespace trace {
using ObjectId = uint32_t;
}
trace::ObjectId ObjectIdOf(const OSObject *object);
}  // namespace drydock

class OSObject : public OSMetaClassBase {
  OSDeclareAbstractStructors(OSObject)

 public:
  virtual void retain() const APPLE_KEXT_OVERRIDE;
  virtual void release() const APPLE_KEXT_OVERRIDE;
  virtual void taggedRetain(const void *tag = NULL) const APPLE_KEXT_OVERRIDE;
  virtual void taggedRelease(const void *tag = NULL) const APPLE_KEXT_OVERRIDE;

  // As taggedRetain, but returns false if the object is being freed.
  bool taggedTryRetain(const void *tag = NULL) const;

  // How many references there are; for diagnosis.
  virtual int getRetainCount() const APPLE_KEXT_OVERRIDE;

  // Writes a string that says that the class cannot be serialized.
  virtual bool serialize(OSSerialize *serializer) const APPLE_KEXT_OVERRIDE;

  // Memory from the kernel heap, all zero: members are zero before init.
  static void *operator new(size_t size);
  static void operator delete(void *memory, size_t size);

 protected:
  // First thing after the allocation; true unless it failed, and then the object is only good for
  // release.
  virtual bool init();

  // Last thing, when the last reference has gone: releases what the object holds, then calls
  // super::free(). Runs on the thread that released.
  virtual void free();

  virtual void release(int freeWhen) const APPLE_KEXT_OVERRIDE;
  virtual void taggedRelease(const void *tag, const int freeWhen) const APPLE_KEXT_OVERRIDE;

  // For classes of libkern: count without a choice point, so that looking up an object and
  // retaining it is one step.
  void retainAtOnce(const void *tag) const;
  // False if it is being freed.
  bool tryRetainAtOnce(const void *tag) const;
  void releaseAtOnce(const void *tag, int freeWhen) const;

 private:
  friend drydock::trace::ObjectId drydock::ObjectIdOf(const OSObject *object);
  friend class OSBoolean;

  mutable uint32_t retainCount;
  drydock::trace::ObjectId objectId;  // of this run; 0 if the object is immortal
};

#endif  // _LIBKERN_OSOBJECT_H
