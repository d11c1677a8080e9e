// OSBoolean: the two objects for true and false.
#include <libkern/c++/OSBoolean.h>
#include <libkern/c++/OSSerialize.h>

#define super OSObject
OSDefineMetaClassAndStructors(OSBoolean, OSObject)

// Made before main, outside of every run. They have no id, so no event names them.
OSBoolean *OSBoolean::make(bool value) {
  auto *boolean = new OSBoolean;
  boolean->value = value;
  boolean->objectId = 0;
  return boolean;
}

namespace {
OSBoolean *const theTrue = OSBoolean::withBoolean(true);
OSBoolean *const theFalse = OSBoolean::withBoolean(false);
}  // namespace

OSBoolean *const &kOSBooleanTrue = theTrue;
OSBoolean *const &kOSBooleanFalse = theFalse;

OSPtr<OSBoolean> OSBoolean::withBoolean(bool value) {
  static OSBoolean *const booleans[] = {make(false), make(true)};
  return booleans[value];
}

void OSBoolean::taggedRetain(const void *) const {}

void OSBoolean::taggedRelease(const void *, const int) const {}

bool OSBoolean::isTrue() const { return value; }

bool OSBoolean::isFalse() const { return !value; }

bool OSBoolean::getValue() const { return value; }

bool OSBoolean::isEqualTo(const OSBoolean *aBoolean) const { return this == aBoolean; }

bool OSBoolean::isEqualTo(const OSMetaClassBase *anObject) const { return this == anObject; }

bool OSBoolean::serialize(OSSerialize *serializer) const {
  return serializer->addString(value ? "<true/>" : "<false/>");
}
