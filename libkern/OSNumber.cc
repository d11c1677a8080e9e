// OSNumber: an integer of 1 to 64 bits.
#include <cstdio>
#include <cstdlib>

#include <libkern/c++/OSNumber.h>
#include <libkern/c++/OSSerialize.h>

#define super OSObject
OSDefineMetaClassAndStructors(OSNumber, OSObject)

namespace {

unsigned long long Cut(unsigned long long value, unsigned int bits) {
  return value & (~0ull >> (64 - bits));
}

}  // namespace

OSPtr<OSNumber> OSNumber::withNumber(unsigned long long value, unsigned int numberOfBits) {
  auto *number = new OSNumber;
  if (!number->init(value, numberOfBits)) {
    number->release();
    return nullptr;
  }
  return number;
}

OSPtr<OSNumber> OSNumber::withNumber(const char *valueString, unsigned int numberOfBits) {
  auto *number = new OSNumber;
  if (!number->init(valueString, numberOfBits)) {
    number->release();
    return nullptr;
  }
  return number;
}

bool OSNumber::init(unsigned long long inValue, unsigned int inNumberOfBits) {
  if (!super::init() || inNumberOfBits == 0 || inNumberOfBits > 64) return false;
  size = inNumberOfBits;
  value = Cut(inValue, size);
  return true;
}

bool OSNumber::init(const char *valueString, unsigned int inNumberOfBits) {
  return valueString != nullptr && init(std::strtoull(valueString, nullptr, 0), inNumberOfBits);
}

unsigned int OSNumber::numberOfBits() const { return size; }

unsigned int OSNumber::numberOfBytes() const { return (size + 7) / 8; }

unsigned char OSNumber::unsigned8BitValue() const { return static_cast<unsigned char>(value); }

unsigned short OSNumber::unsigned16BitValue() const { return static_cast<unsigned short>(value); }

unsigned int OSNumber::unsigned32BitValue() const { return static_cast<unsigned int>(value); }

unsigned long long OSNumber::unsigned64BitValue() const { return value; }

void OSNumber::addValue(signed long long addend) {
  value = Cut(value + static_cast<unsigned long long>(addend), size);
}

void OSNumber::setValue(unsigned long long newValue) { value = Cut(newValue, size); }

bool OSNumber::isEqualTo(const OSNumber *aNumber) const {
  return aNumber != nullptr && value == aNumber->value;
}

bool OSNumber::isEqualTo(const OSMetaClassBase *anObject) const {
  return isEqualTo(OSDynamicCast(OSNumber, anObject));
}

bool OSNumber::serialize(OSSerialize *serializer) const {
  if (serializer->previouslySerialized(this)) return true;
  char tag[32];
  std::snprintf(tag, sizeof(tag), "integer size=\"%u\"", size);
  char text[32];
  std::snprintf(text, sizeof(text), "0x%llx", value);
  return serializer->addXMLStartTag(this, tag) && serializer->addString(text) &&
         serializer->addXMLEndTag("integer");
}
