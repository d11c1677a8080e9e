// libkern/c++/OSSerialize.h
//
// Where objects write themselves as XML, the way the kernel hands properties to programs.
// (service.md 1.4)
//
// An object is written once, with a number (`<string ID="3">`); where it occurs again a reference
// stands for it (`<reference IDREF="3"/>`). true and false have no numbers.
#ifndef _LIBKERN_OSSERIALIZE_H
#define _LIBKERN_OSSERIALIZE_H

#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class OSSerialize : public OSObject {
  OSDeclareDefaultStructors(OSSerialize)

 public:
  // A new, empty text. The caller owns the reference.
  static OSPtr<OSSerialize> withCapacity(unsigned int capacity);

  virtual bool initWithCapacity(unsigned int inCapacity);

  // The text so far, valid until it grows; its length, which includes the NUL.
  virtual char *text() const;
  virtual unsigned int getLength() const;
  virtual unsigned int getCapacity() const;
  virtual unsigned int getCapacityIncrement() const;
  virtual unsigned int setCapacityIncrement(unsigned increment);
  virtual unsigned int ensureCapacity(unsigned int newCapacity);

  // Starts again.
  virtual void clearText();

  // For `serialize` methods. Writes a reference and returns true if the object was written already,
  // else gives it the next number.
  virtual bool previouslySerialized(const OSMetaClassBase *object);

  // Writes `<tagString ID="n">` with the object's number; `</tagString>`; a character; text, as it
  // is.
  virtual bool addXMLStartTag(const OSMetaClassBase *object, const char *tagString);
  virtual bool addXMLEndTag(const char *tagString);
  virtual bool addChar(const char aChar);
  virtual bool addString(const char *cString);

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;

 private:
  char *data;
  unsigned int length;  // with the NUL
  unsigned int capacity;
  unsigned int capacityIncrement;

  const OSMetaClassBase *
      *written;  // the object of each number; alive, for what is serialized holds it
  unsigned int writtenCount;
  unsigned int writtenCapacity;
};

#endif  // _LIBKERN_OSSERIALIZE_H
