// OSString: text, copied or referred to.
#include <cstring>

#include <libkern/c++/OSData.h>
#include <libkern/c++/OSSerialize.h>
#include <libkern/c++/OSString.h>

#include "libkern/kernel_heap.h"
#include "libkern/xml_text.h"

#define super OSObject
OSDefineMetaClassAndStructors(OSString, OSObject)

OSPtr<OSString> OSString::withString(const OSString *aString) {
  auto *string = new OSString;
  if (!string->initWithString(aString)) {
    string->release();
    return nullptr;
  }
  return string;
}

OSPtr<OSString> OSString::withCString(const char *cString) {
  auto *string = new OSString;
  if (!string->initWithCString(cString)) {
    string->release();
    return nullptr;
  }
  return string;
}

OSPtr<OSString> OSString::withCString(const char *cString, size_t length) {
  auto *string = new OSString;
  if (!string->initWithStringOfLength(cString, length)) {
    string->release();
    return nullptr;
  }
  return string;
}

OSPtr<OSString> OSString::withCStringNoCopy(const char *cString) {
  auto *string = new OSString;
  if (!string->initWithCStringNoCopy(cString)) {
    string->release();
    return nullptr;
  }
  return string;
}

bool OSString::initWithString(const OSString *aString) {
  return aString != nullptr && initWithStringOfLength(aString->string, aString->length);
}

bool OSString::initWithCString(const char *cString) {
  return cString != nullptr && OSString::initWithStringOfLength(cString, std::strlen(cString));
}

bool OSString::initWithStringOfLength(const char *cString, size_t inLength) {
  if (cString == nullptr || inLength > kMaxStringLength || !super::init()) return false;
  string = static_cast<char *>(
      drydock::HeapAllocate(drydock::BlockKind::kInternal, inLength + 1, /*zero=*/false));
  std::memcpy(string, cString, inLength);
  string[inLength] = '\0';
  length = static_cast<unsigned int>(inLength);
  return true;
}

bool OSString::initWithCStringNoCopy(const char *cString) {
  if (cString == nullptr || !super::init()) return false;
  const size_t textLength = std::strlen(cString);
  if (textLength > kMaxStringLength) return false;
  string = const_cast<char *>(cString);
  length = static_cast<unsigned int>(textLength);
  flags |= kOSStringNoCopy;
  return true;
}

void OSString::free() {
  if ((flags & kOSStringNoCopy) == 0) drydock::HeapFree(string);
  super::free();
}

unsigned int OSString::getLength() const { return length; }

char OSString::getChar(unsigned int index) const { return index < length ? string[index] : '\0'; }

bool OSString::setChar(char aChar, unsigned int index) {
  if ((flags & kOSStringNoCopy) != 0 || index >= length) return false;
  string[index] = aChar;
  return true;
}

const char *OSString::getCStringNoCopy() const { return string; }

bool OSString::isEqualTo(const OSString *aString) const {
  return aString != nullptr && length == aString->length &&
         std::memcmp(string, aString->string, length) == 0;
}

bool OSString::isEqualTo(const char *cString) const {
  return cString != nullptr && std::strcmp(string, cString) == 0;
}

bool OSString::isEqualTo(const OSMetaClassBase *anObject) const {
  if (const auto *other = OSDynamicCast(OSString, anObject)) return OSString::isEqualTo(other);
  if (const auto *data = OSDynamicCast(OSData, anObject)) return isEqualTo(data);
  return false;
}

bool OSString::isEqualTo(const OSData *obj) const {
  if (obj == nullptr) return false;
  const unsigned int size = obj->getLength();
  if (size != length && size != length + 1) return false;
  return size == 0 || std::memcmp(string, obj->getBytesNoCopy(), size) == 0;
}

bool OSString::serialize(OSSerialize *serializer) const {
  if (serializer->previouslySerialized(this)) return true;
  return serializer->addXMLStartTag(this, "string") && drydock::AddEscaped(serializer, string) &&
         serializer->addXMLEndTag("string");
}
