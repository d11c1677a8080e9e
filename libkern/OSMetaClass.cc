// OSMetaClass: the table of classes, casts and lookup by name.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <libkern/c++/OSMetaClass.h>
#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSString.h>
#include <libkern/c++/OSSymbol.h>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "scheduler/kernel/panic.h"

namespace {

using ClassTable = absl::flat_hash_map<absl::string_view, const OSMetaClass *>;

// Metaclasses are made in no particular order before main, so the table is made when the first of
// them asks. Leaked: it is used until the process ends.
ClassTable &Classes() {
  static auto *classes = new ClassTable();
  return *classes;
}

const char *TextOf(const OSString *string) {
  return string != nullptr ? string->getCStringNoCopy() : nullptr;
}

}  // namespace

OSMetaClassBase::~OSMetaClassBase() = default;

bool OSMetaClassBase::isEqualTo(const OSMetaClassBase *anObject) const { return this == anObject; }

OSMetaClassBase *OSMetaClassBase::metaCast(const OSMetaClass *toMeta) const {
  return safeMetaCast(this, toMeta);
}

OSMetaClassBase *OSMetaClassBase::metaCast(const OSSymbol *toMeta) const {
  return OSMetaClass::checkMetaCastWithName(toMeta, this);
}

OSMetaClassBase *OSMetaClassBase::metaCast(const OSString *toMeta) const {
  return OSMetaClass::checkMetaCastWithName(toMeta, this);
}

OSMetaClassBase *OSMetaClassBase::metaCast(const char *toMeta) const {
  return OSMetaClass::checkMetaCastWithName(toMeta, this);
}

OSMetaClassBase *OSMetaClassBase::safeMetaCast(const OSMetaClassBase *me,
                                               const OSMetaClass *toType) {
  return me == nullptr ? nullptr : toType->checkMetaCast(me);
}

OSMetaClassBase *OSMetaClassBase::requiredMetaCast(const OSMetaClassBase *me,
                                                   const OSMetaClass *toType) {
  OSMetaClassBase *const cast = safeMetaCast(me, toType);
  if (me != nullptr && cast == nullptr) {
    drydock::kernel::Panic("an object of class ", me->getMetaClass()->getClassName(), " is no ",
                           toType->getClassName());
  }
  return cast;
}

bool OSMetaClassBase::checkTypeInst(const OSMetaClassBase *inst, const OSMetaClassBase *typeinst) {
  return safeMetaCast(inst, OSTypeIDInst(typeinst)) != nullptr;
}

// A pointer to a member function is, in the Itanium C++ ABI, a word that is either the function or
// the offset of its entry in the vtable, and a word to add to `this`. A bit that is 0 in every
// function's address tells which of the two the first word is.
OSMetaClassBase::_ptf_t OSMetaClassBase::resolveMemberFunction(const OSMetaClassBase *self,
                                                               uintptr_t function,
                                                               ptrdiff_t adjustment) {
#if defined(__aarch64__) || defined(__arm__)
  const bool isVirtual = (adjustment & 1) != 0;
  adjustment >>= 1;
  const uintptr_t offset = function;
#else
  const bool isVirtual = (function & 1) != 0;
  const uintptr_t offset = function - 1;
#endif
  if (isVirtual) {
    const char *vtable;
    std::memcpy(&vtable, reinterpret_cast<const char *>(self) + adjustment, sizeof(vtable));
    std::memcpy(&function, vtable + offset, sizeof(function));
  }
  return reinterpret_cast<_ptf_t>(function);
}

OSMetaClass::OSMetaClass(const char *inClassName, const OSMetaClass *superClass,
                         unsigned int inClassSize)
    : superClassLink(superClass), className(inClassName), classSize(inClassSize) {
  if (Classes().emplace(className, this).second) return;
  std::fprintf(stderr, "two classes in this program are named %s; rename one of them\n", className);
  std::abort();
}

const OSMetaClass *OSMetaClass::find(const char *name) {
  if (name == nullptr) return nullptr;
  const auto found = Classes().find(name);
  return found == Classes().end() ? nullptr : found->second;
}

OSObject *OSMetaClass::allocClassWithName(const OSSymbol *name) {
  return allocClassWithName(TextOf(name));
}

OSObject *OSMetaClass::allocClassWithName(const OSString *name) {
  return allocClassWithName(TextOf(name));
}

OSObject *OSMetaClass::allocClassWithName(const char *name) {
  const OSMetaClass *const metaClass = find(name);
  return metaClass == nullptr ? nullptr : metaClass->alloc();
}

const OSMetaClass *OSMetaClass::getMetaClassWithName(const OSSymbol *name) {
  return find(TextOf(name));
}

OSMetaClassBase *OSMetaClass::checkMetaCastWithName(const OSSymbol *className,
                                                    const OSMetaClassBase *object) {
  return checkMetaCastWithName(TextOf(className), object);
}

OSMetaClassBase *OSMetaClass::checkMetaCastWithName(const OSString *className,
                                                    const OSMetaClassBase *object) {
  return checkMetaCastWithName(TextOf(className), object);
}

OSMetaClassBase *OSMetaClass::checkMetaCastWithName(const char *className,
                                                    const OSMetaClassBase *object) {
  const OSMetaClass *const metaClass = find(className);
  return metaClass == nullptr || object == nullptr ? nullptr : metaClass->checkMetaCast(object);
}

OSMetaClassBase *OSMetaClass::checkMetaCast(const OSMetaClassBase *object) const {
  const OSMetaClass *metaClass = object->getMetaClass();
  while (metaClass != nullptr && metaClass != this) metaClass = metaClass->superClassLink;
  return metaClass == nullptr ? nullptr : const_cast<OSMetaClassBase *>(object);
}
