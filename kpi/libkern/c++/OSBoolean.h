// libkern/c++/OSBoolean.h
//
// True and false: two objects that live as long as the process. Retaining and releasing them does
// nothing. (service.md 1.4)
#ifndef _LIBKERN_OSBOOLEAN_H
#define _LIBKERN_OSBOOLEAN_H

#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class OSBoolean : public OSObject {
  OSDeclareDefaultStructors(OSBoolean)

 public:
  // kOSBooleanTrue or kOSBooleanFalse.
  static OSPtr<OSBoolean> withBoolean(bool value);

  virtual bool isTrue() const;
  virtual bool isFalse() const;
  virtual bool getValue() const;

  virtual bool isEqualTo(const OSBoolean *aBoolean) const;
  virtual bool isEqualTo(const OSMetaClassBase *anObject) const APPLE_KEXT_OVERRIDE;

  virtual bool serialize(OSSerialize *serializer) const APPLE_KEXT_OVERRIDE;

  virtual void taggedRetain(const void *tag = NULL) const APPLE_KEXT_OVERRIDE;

 protected:
  virtual void taggedRelease(const void *tag, const int freeWhen) const APPLE_KEXT_OVERRIDE;
  using OSObject::taggedRelease;

 private:
  static OSBoolean *make(bool value);

  bool value;
};

extern OSBoolean *const &kOSBooleanTrue;
extern OSBoolean *const &kOSBooleanFalse;

#endif  // _LIBKERN_OSBOOLEAN_H
