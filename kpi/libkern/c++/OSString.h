// libkern/c++/OSString.h
//
// Text. (service.md 1.4)
#ifndef _LIBKERN_OSSTRING_H
#define _LIBKERN_OSSTRING_H

#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class OSData;

// The longest text, without its NUL.
enum { kMaxStringLength = 262142 };

class OSString : public OSObject {
  OSDeclareDefaultStructors(OSString)

 public:
  // A new string with a copy of the text; null if the text is or is longer than kMaxStringLength.
  // The caller owns the reference. With NoCopy the text itself is used: it must outlive the string,
  // which cannot be changed.
  static OSPtr<OSString> withString(const OSString *aString);
  static OSPtr<OSString> withCString(const char *cString);
  static OSPtr<OSString> withCString(const char *cString, size_t length);
  static OSPtr<OSString> withCStringNoCopy(const char *cString);

  virtual bool initWithString(const OSString *aString);
  virtual bool initWithCString(const char *cString);
  virtual bool initWithCStringNoCopy(const char *cString);
  bool initWithStringOfLength(const char *cString, size_t length);

  // Without the NUL.
  virtual unsigned int getLength() const;

  // The character at `index`; 0 beyond the end.
  virtual char getChar(unsigned int index) const;
  // Changes it. False beyond the end, and if the text is not the string's own.
  virtual bool setChar(char aChar, unsigned int index);

  // The text, valid as long as the string is.
  virtual const char *getCStringNoCopy() const;

  // Whether the texts are the same. OSData may or may not include a NUL.
  virtual bool isEqualTo(const OSString *aString) const;
  virtual bool isEqualTo(const char *cString) const;
  virtual bool isEqualTo(const OSMetaClassBase *anObject) const APPLE_KEXT_OVERRIDE;
  virtual bool isEqualTo(const OSData *obj) const;

  virtual bool serialize(OSSerialize *serializer) const APPLE_KEXT_OVERRIDE;

 protected:
  enum { kOSStringNoCopy = 0x00000001 };

  virtual void free() APPLE_KEXT_OVERRIDE;

  unsigned int flags;
  unsigned int length;
  char *string;
};

#endif  // _LIBKERN_OSSTRING_H
