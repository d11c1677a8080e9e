// libkern/c++/OSData.h
//
// Bytes. (service.md 1.4)
#ifndef _LIBKERN_OSDATA_H
#define _LIBKERN_OSDATA_H

#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class OSString;

class OSData : public OSObject {
  OSDeclareDefaultStructors(OSData)

 public:
  // A new object: empty; with a copy of `bytes`; with the bytes themselves, which must outlive it
  // and cannot grow; with a copy of another's, or of part of it. Null if a part is out of range.
  // The caller owns the reference.
  static OSPtr<OSData> withCapacity(unsigned int capacity);
  static OSPtr<OSData> withBytes(const void *bytes, unsigned int numBytes);
  static OSPtr<OSData> withBytesNoCopy(void *bytes, unsigned int numBytes);
  static OSPtr<OSData> withData(const OSData *inData);
  static OSPtr<OSData> withData(const OSData *inData, unsigned int start, unsigned int numBytes);

  virtual bool initWithCapacity(unsigned int capacity);
  virtual bool initWithBytes(const void *bytes, unsigned int numBytes);
  virtual bool initWithBytesNoCopy(void *bytes, unsigned int numBytes);
  virtual bool initWithData(const OSData *inData);
  virtual bool initWithData(const OSData *inData, unsigned int start, unsigned int numBytes);

  virtual unsigned int getLength() const;
  virtual unsigned int getCapacity() const;
  virtual unsigned int getCapacityIncrement() const;
  virtual unsigned int setCapacityIncrement(unsigned increment);
  virtual unsigned int ensureCapacity(unsigned int newCapacity);

  // Appends a copy; zeros, if `bytes` is null. False if the bytes are not the object's own.
  virtual bool appendBytes(const void *bytes, unsigned int numBytes);
  virtual bool appendBytes(const OSData *aDataObj);
  // Appends `numBytes` times the same byte.
  virtual bool appendByte(unsigned char byte, unsigned int numBytes);

  // The bytes; null if there are none, or if the part is out of range. Valid until the object is
  // changed.
  virtual const void *getBytesNoCopy() const;
  virtual const void *getBytesNoCopy(unsigned int start, unsigned int numBytes) const;

  // Whether the bytes are the same. A string's NUL may or may not be included.
  virtual bool isEqualTo(const OSData *aDataObj) const;
  virtual bool isEqualTo(const void *bytes, unsigned int numBytes) const;
  virtual bool isEqualTo(const OSMetaClassBase *anObject) const APPLE_KEXT_OVERRIDE;
  virtual bool isEqualTo(const OSString *obj) const;

  virtual bool serialize(OSSerialize *serializer) const APPLE_KEXT_OVERRIDE;

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;

  void *data;
  unsigned int length;
  unsigned int capacity;  // EXTERNAL if the bytes are not the object's own
  unsigned int capacityIncrement;
};

#endif  // _LIBKERN_OSDATA_H
