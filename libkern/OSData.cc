// OSData: bytes, copied or referred to.
#include <cstring>
#include <string>

#include <libkern/c++/OSData.h>
#include <libkern/c++/OSSerialize.h>
#include <libkern/c++/OSString.h>

#include "absl/strings/escaping.h"
#include "libkern/array_storage.h"
#include "libkern/kernel_heap.h"

#define super OSObject
OSDefineMetaClassAndStructors(OSData, OSObject)

namespace {

constexpr unsigned int EXTERNAL = ~0u;  // the capacity of bytes that are not the object's own

}  // namespace

OSPtr<OSData> OSData::withCapacity(unsigned int capacity) {
  auto *data = new OSData;
  if (!data->initWithCapacity(capacity)) {
    data->release();
    return nullptr;
  }
  return data;
}

OSPtr<OSData> OSData::withBytes(const void *bytes, unsigned int numBytes) {
  auto *data = new OSData;
  if (!data->initWithBytes(bytes, numBytes)) {
    data->release();
    return nullptr;
  }
  return data;
}

OSPtr<OSData> OSData::withBytesNoCopy(void *bytes, unsigned int numBytes) {
  auto *data = new OSData;
  if (!data->initWithBytesNoCopy(bytes, numBytes)) {
    data->release();
    return nullptr;
  }
  return data;
}

OSPtr<OSData> OSData::withData(const OSData *inData) {
  auto *data = new OSData;
  if (!data->initWithData(inData)) {
    data->release();
    return nullptr;
  }
  return data;
}

OSPtr<OSData> OSData::withData(const OSData *inData, unsigned int start, unsigned int numBytes) {
  auto *data = new OSData;
  if (!data->initWithData(inData, start, numBytes)) {
    data->release();
    return nullptr;
  }
  return data;
}

bool OSData::initWithCapacity(unsigned int inCapacity) {
  if (!super::init()) return false;
  capacityIncrement = inCapacity > 0 ? inCapacity : drydock::kDefaultCapacityIncrement;
  return ensureCapacity(inCapacity) >= inCapacity;
}

bool OSData::initWithBytes(const void *bytes, unsigned int numBytes) {
  if (bytes == nullptr && numBytes > 0) return false;
  return initWithCapacity(numBytes) && appendBytes(bytes, numBytes);
}

bool OSData::initWithBytesNoCopy(void *bytes, unsigned int numBytes) {
  if (bytes == nullptr && numBytes > 0) return false;
  if (!super::init()) return false;
  data = bytes;
  length = numBytes;
  capacity = EXTERNAL;
  capacityIncrement = drydock::kDefaultCapacityIncrement;
  return true;
}

bool OSData::initWithData(const OSData *inData) {
  return inData != nullptr && initWithBytes(inData->data, inData->length);
}

bool OSData::initWithData(const OSData *inData, unsigned int start, unsigned int numBytes) {
  if (inData == nullptr) return false;
  const void *const bytes = inData->getBytesNoCopy(start, numBytes);
  return bytes != nullptr && initWithBytes(bytes, numBytes);
}

void OSData::free() {
  if (capacity != EXTERNAL) drydock::HeapFree(data);
  super::free();
}

unsigned int OSData::getLength() const { return length; }

unsigned int OSData::getCapacity() const { return capacity; }

unsigned int OSData::getCapacityIncrement() const { return capacityIncrement; }

unsigned int OSData::setCapacityIncrement(unsigned increment) {
  return capacityIncrement = increment > 0 ? increment : drydock::kDefaultCapacityIncrement;
}

unsigned int OSData::ensureCapacity(unsigned int newCapacity) {
  if (capacity == EXTERNAL) return capacity;
  auto *bytes = static_cast<unsigned char *>(data);
  drydock::GrowArray(&bytes, &capacity, capacityIncrement, newCapacity);
  data = bytes;
  return capacity;
}

bool OSData::appendBytes(const void *bytes, unsigned int numBytes) {
  if (numBytes == 0) return true;
  if (capacity == EXTERNAL) return false;
  const unsigned int newLength = length + numBytes;
  if (newLength < length || ensureCapacity(newLength) < newLength) return false;
  char *const end = static_cast<char *>(data) + length;
  if (bytes != nullptr) {
    std::memcpy(end, bytes, numBytes);
  } else {
    std::memset(end, 0, numBytes);
  }
  length = newLength;
  return true;
}

bool OSData::appendBytes(const OSData *aDataObj) {
  // Grow first: the other may be this object, whose bytes move when it grows.
  if (aDataObj == nullptr) return false;
  const unsigned int numBytes = aDataObj->length;
  if (numBytes == 0) return true;
  if (length + numBytes < length) return false;
  ensureCapacity(length + numBytes);
  return appendBytes(aDataObj->data, numBytes);
}

bool OSData::appendByte(unsigned char byte, unsigned int numBytes) {
  const unsigned int start = length;
  if (!appendBytes(nullptr, numBytes)) return false;
  if (numBytes > 0) std::memset(static_cast<char *>(data) + start, byte, numBytes);
  return true;
}

const void *OSData::getBytesNoCopy() const { return length > 0 ? data : nullptr; }

const void *OSData::getBytesNoCopy(unsigned int start, unsigned int numBytes) const {
  if (start >= length || numBytes > length - start) return nullptr;
  return static_cast<const char *>(data) + start;
}

bool OSData::isEqualTo(const OSData *aDataObj) const {
  return aDataObj != nullptr && isEqualTo(aDataObj->data, aDataObj->length);
}

bool OSData::isEqualTo(const void *bytes, unsigned int numBytes) const {
  return numBytes == length && (length == 0 || std::memcmp(data, bytes, length) == 0);
}

bool OSData::isEqualTo(const OSMetaClassBase *anObject) const {
  if (const auto *other = OSDynamicCast(OSData, anObject)) return isEqualTo(other);
  if (const auto *string = OSDynamicCast(OSString, anObject)) return isEqualTo(string);
  return false;
}

bool OSData::isEqualTo(const OSString *obj) const { return obj != nullptr && obj->isEqualTo(this); }

bool OSData::serialize(OSSerialize *serializer) const {
  if (serializer->previouslySerialized(this)) return true;
  std::string base64;
  absl::Base64Escape(absl::string_view(static_cast<const char *>(data), length), &base64);
  return serializer->addXMLStartTag(this, "data") && serializer->addString(base64.c_str()) &&
         serializer->addXMLEndTag("data");
}
