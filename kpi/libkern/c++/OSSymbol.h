// libkern/c++/OSSymbol.h
//
// A text that exists once: two symbols are equal if and only if they are the same object. The pool
// belongs to the boot, so a symbol made before a run is another one than the symbol of the same
// text made in it. A symbol leaves the pool when its last reference goes. (service.md 1.4)
//
// Symbols never change, so the order in which threads retain and release them cannot be seen: those
// are no choice points.
#ifndef _LIBKERN_OSSYMBOL_H
#define _LIBKERN_OSSYMBOL_H

#include <libkern/c++/OSString.h>

class OSSymbol : public OSString {
  OSDeclareDefaultStructors(OSSymbol)

 public:
  // The symbol of this text, made if need be; null if the text is. The caller owns the reference.
  // With NoCopy the text must outlive the symbol.
  static OSPtr<const OSSymbol> withString(const OSString *aString);
  static OSPtr<const OSSymbol> withCString(const char *cString);
  static OSPtr<const OSSymbol> withCStringNoCopy(const char *cString);

  // The symbol of this text if there is one. The caller owns the reference.
  static OSPtr<const OSSymbol> existingSymbolForString(const OSString *aString);
  static OSPtr<const OSSymbol> existingSymbolForCString(const char *aCString);

  using OSString::isEqualTo;
  virtual bool isEqualTo(const OSSymbol *aSymbol) const;
  virtual bool isEqualTo(const OSMetaClassBase *anObject) const APPLE_KEXT_OVERRIDE;

  virtual void taggedRetain(const void *tag = NULL) const APPLE_KEXT_OVERRIDE;

 protected:
  virtual void taggedRelease(const void *tag, const int freeWhen) const APPLE_KEXT_OVERRIDE;
  using OSString::taggedRelease;

  virtual void free() APPLE_KEXT_OVERRIDE;

 private:
  // A symbol is made by the pool only and never changes: closed.
  virtual bool initWithString(const OSString *aString) APPLE_KEXT_OVERRIDE;
  virtual bool initWithCString(const char *cString) APPLE_KEXT_OVERRIDE;
  virtual bool initWithCStringNoCopy(const char *cString) APPLE_KEXT_OVERRIDE;
  virtual bool setChar(char aChar, unsigned int index) APPLE_KEXT_OVERRIDE;

  static OSSymbol *intern(const char *text, bool copy);
};

#endif  // _LIBKERN_OSSYMBOL_H
