// libkern/c++/OSNumber.h
//
// An integer of 1 to 64 bits. (service.md 1.4)
#ifndef _LIBKERN_OSNUMBER_H
#define _LIBKERN_OSNUMBER_H

#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class OSNumber : public OSObject {
  OSDeclareDefaultStructors(OSNumber)

 public:
  // A new number, cut to its width; null if that is over 64 bits. Text is decimal, or hexadecimal
  // with 0x. The caller owns the reference.
  static OSPtr<OSNumber> withNumber(unsigned long long value, unsigned int numberOfBits);
  static OSPtr<OSNumber> withNumber(const char *valueString, unsigned int numberOfBits);

  virtual bool init(unsigned long long value, unsigned int numberOfBits);
  virtual bool init(const char *valueString, unsigned int numberOfBits);

  virtual unsigned int numberOfBits() const;
  virtual unsigned int numberOfBytes() const;

  // The low bits.
  virtual unsigned char unsigned8BitValue() const;
  virtual unsigned short unsigned16BitValue() const;
  virtual unsigned int unsigned32BitValue() const;
  virtual unsigned long long unsigned64BitValue() const;

  // Both cut to the width.
  virtual void addValue(signed long long value);
  virtual void setValue(unsigned long long value);

  // Whether the other is the same number; the widths do not matter (OB-10).
  virtual bool isEqualTo(const OSNumber *aNumber) const;
  virtual bool isEqualTo(const OSMetaClassBase *anObject) const APPLE_KEXT_OVERRIDE;

  virtual bool serialize(OSSerialize *serializer) const APPLE_KEXT_OVERRIDE;

 protected:
  using OSObject::init;

  unsigned long long value;
  unsigned int size;  // in bits
};

#endif  // _LIBKERN_OSNUMBER_H
