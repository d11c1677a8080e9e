// libkern/c++/OSMetaClass.h
//
// libkern's own run-time types. Every class has one metaclass object, made before main, that knows
// the class's name and superclass and can make instances; OSDynamicCast and lookup by name go by
// these and not by C++'s RTTI. The table of classes belongs to the process and does not change once
// main has begun. (service.md 1.2)
//
//   // MyDriver.h                              // MyDriver.cpp
//   class MyDriver : public IOService {        OSDefineMetaClassAndStructors(MyDriver, IOService)
//     OSDeclareDefaultStructors(MyDriver)
//     …
//   };
#ifndef _LIBKERN_OSMETACLASS_H
#define _LIBKERN_OSMETACLASS_H

#include <stddef.h>
#include <stdint.h>

#include <libkern/OSBase.h>
#include <libkern/OSReturn.h>

class OSMetaClass;
class OSObject;
class OSSerialize;
class OSString;
class OSSymbol;

#define APPLE_KEXT_OVERRIDE override
#define APPLE_KEXT_COMPATIBILITY_OVERRIDE override
#define APPLE_KEXT_COMPATIBILITY
#define APPLE_KEXT_COMPATIBILITY_VIRTUAL virtual
#define APPLE_KEXT_DEPRECATED
#define APPLE_KEXT_VTABLE_PADDING 1

// What every object can be asked. OSObject implements it; nothing else derives from it here.
class OSMetaClassBase {
 public:
  // The object's class metaclass.
  virtual const OSMetaClass *getMetaClass() const = 0;

  // References: see OSObject.
  virtual void retain() const = 0;
  virtual void release() const = 0;
  virtual int getRetainCount() const = 0;
  virtual void taggedRetain(const void *tag = NULL) const = 0;
  virtual void taggedRelease(const void *tag = NULL) const = 0;

  // Appends the object as XML. False if there was no memory.
  virtual bool serialize(OSSerialize *serializer) const = 0;

  // Whether both mean the same; unless a class says otherwise, whether both are the same object.
  virtual bool isEqualTo(const OSMetaClassBase *anObject) const;

  // This object if it is a kind of the class, else null.
  OSMetaClassBase *metaCast(const OSMetaClass *toMeta) const;
  OSMetaClassBase *metaCast(const OSSymbol *toMeta) const;
  OSMetaClassBase *metaCast(const OSString *toMeta) const;
  OSMetaClassBase *metaCast(const char *toMeta) const;

  // What the macros below are made of.
  static OSMetaClassBase *safeMetaCast(const OSMetaClassBase *me, const OSMetaClass *toType);
  static OSMetaClassBase *requiredMetaCast(const OSMetaClassBase *me, const OSMetaClass *toType);
  static bool checkTypeInst(const OSMetaClassBase *inst, const OSMetaClassBase *typeinst);
  typedef void (*_ptf_t)(void);
  template <typename MemberFunction>
  static _ptf_t _ptmf2ptf(const OSMetaClassBase *self, MemberFunction func) {
    struct {
      uintptr_t function;
      ptrdiff_t adjustment;
    } parts;
    static_assert(sizeof(func) == sizeof(parts), "not a pointer to member function");
    __builtin_memcpy(&parts, &func, sizeof(parts));
    return resolveMemberFunction(self, parts.function, parts.adjustment);
  }

 protected:
  // Frees the object already when fewer than `freeWhen` references remain.
  virtual void release(int freeWhen) const = 0;
  virtual void taggedRelease(const void *tag, const int freeWhen) const = 0;

  OSMetaClassBase() = default;
  virtual ~OSMetaClassBase();
  OSMetaClassBase(const OSMetaClassBase &) = delete;
  OSMetaClassBase &operator=(const OSMetaClassBase &) = delete;

 private:
  static _ptf_t resolveMemberFunction(const OSMetaClassBase *self, uintptr_t function,
                                      ptrdiff_t adjustment);
};

// A class. Made by the OSDefine… macros only.
class OSMetaClass {
 public:
  // A new instance, retained once, its init not called; null if the class is unknown or abstract
  // (OB-6).
  static OSObject *allocClassWithName(const OSSymbol *name);
  static OSObject *allocClassWithName(const OSString *name);
  static OSObject *allocClassWithName(const char *name);

  // The class of that name, or null.
  static const OSMetaClass *getMetaClassWithName(const OSSymbol *name);

  // `object` if it is a kind of the class, else null.
  static OSMetaClassBase *checkMetaCastWithName(const OSSymbol *className,
                                                const OSMetaClassBase *object);
  static OSMetaClassBase *checkMetaCastWithName(const OSString *className,
                                                const OSMetaClassBase *object);
  static OSMetaClassBase *checkMetaCastWithName(const char *className,
                                                const OSMetaClassBase *object);
  OSMetaClassBase *checkMetaCast(const OSMetaClassBase *object) const;

  // Null for OSObject.
  const OSMetaClass *getSuperClass() const { return superClassLink; }
  // Lives as long as the process.
  const char *getClassName() const { return className; }
  // Of one instance, in bytes.
  unsigned int getClassSize() const { return classSize; }

  // A new instance, retained once, its init not called; null if the class is abstract.
  virtual OSObject *alloc() const = 0;

 protected:
  // Enters the class into the table. `className` is a string literal. Two classes of one name end
  // the process.
  OSMetaClass(const char *className, const OSMetaClass *superClass, unsigned int classSize);
  ~OSMetaClass() = default;

 private:
  static const OSMetaClass *find(const char *name);

  const OSMetaClass *const superClassLink;
  const char *const className;
  const unsigned int classSize;
};

// The metaclass of a class / of an object.
#define OSTypeID(type) (type::metaClass)
#define OSTypeIDInst(inst) ((inst)->getMetaClass())

// A new instance, retained once, all members zero, its init not called (OB-1).
#define OSTypeAlloc(type) ((type *)((type::metaClass)->alloc()))

// `inst` as a `type *`; null if it is null or not a kind of `type` (OB-5).
#define OSDynamicCast(type, inst) ((type *)OSMetaClassBase::safeMetaCast((inst), OSTypeID(type)))

// The same, but panics if `inst` is neither null nor a kind of `type`.
#define OSRequiredCast(type, inst) \
  ((type *)OSMetaClassBase::requiredMetaCast((inst), OSTypeID(type)))

// Whether `inst` is a kind of what `typeinst` is.
#define OSCheckTypeInst(typeinst, inst) OSMetaClassBase::checkTypeInst(inst, typeinst)

// The function `self->*func` would call, as a plain pointer to function whose first argument is
// `self`.
#define OSMemberFunctionCast(cptrtype, self, func) \
  ((cptrtype)OSMetaClassBase::_ptmf2ptf(self, func))

// Releases the object, if there is one, and sets the pointer to null.
#define OSSafeReleaseNULL(inst)            \
  do {                                     \
    if ((inst) != NULL) (inst)->release(); \
    (inst) = NULL;                         \
  } while (0)
#define OSSafeRelease(inst)                \
  do {                                     \
    if ((inst) != NULL) (inst)->release(); \
  } while (0)

// In the class: first, before anything else. They leave the access at protected. A class of the
// Abstract kind cannot be instantiated.
#define OSDeclareCommonStructors(className)                            \
 private:                                                              \
  [[maybe_unused]] static const OSMetaClass *const superClass;         \
                                                                       \
 public:                                                               \
  [[maybe_unused]] static const OSMetaClass *const metaClass;          \
  static class MetaClass final : public OSMetaClass {                  \
   public:                                                             \
    MetaClass();                                                       \
    OSObject *alloc() const override;                                  \
  } gMetaClass;                                                        \
  friend class className::MetaClass;                                   \
  virtual const OSMetaClass *getMetaClass() const APPLE_KEXT_OVERRIDE; \
                                                                       \
 protected:                                                            \
  [[maybe_unused]] explicit className(const OSMetaClass *);            \
  virtual ~className() APPLE_KEXT_OVERRIDE;

#define OSDeclareDefaultStructors(className) \
  OSDeclareCommonStructors(className)        \
                                             \
 public:                                     \
  className();                               \
                                             \
 protected:

#define OSDeclareAbstractStructors(className) \
  OSDeclareCommonStructors(className)         \
                                              \
 private:                                     \
  className();                                \
                                              \
 protected:

#define OSDeclareFinalStructors(className) OSDeclareDefaultStructors(className)

// In the source file. `init` is a statement that runs when the metaclass has been made, before
// main.
#define OSDefineMetaClassWithInit(className, superclassName, init)                \
  className::MetaClass className::gMetaClass;                                     \
  const OSMetaClass *const className::metaClass = &className::gMetaClass;         \
  const OSMetaClass *const className::superClass = &superclassName::gMetaClass;   \
  className::className(const OSMetaClass *meta) : superclassName(meta) {}         \
  className::~className() {}                                                      \
  const OSMetaClass *className::getMetaClass() const { return &gMetaClass; }      \
  className::MetaClass::MetaClass()                                               \
      : OSMetaClass(#className, &superclassName::gMetaClass, sizeof(className)) { \
    init;                                                                         \
  }

#define OSDefineDefaultStructors(className, superclassName)               \
  OSObject *className::MetaClass::alloc() const { return new className; } \
  className::className() : superclassName(&gMetaClass) {}

#define OSDefineAbstractStructors(className, superclassName)        \
  OSObject *className::MetaClass::alloc() const { return nullptr; } \
  className::className() : superclassName(&gMetaClass) {}

#define OSDefineMetaClassAndStructorsWithInit(className, superclassName, init) \
  OSDefineMetaClassWithInit(className, superclassName, init)                   \
      OSDefineDefaultStructors(className, superclassName)
#define OSDefineMetaClassAndAbstractStructorsWithInit(className, superclassName, init) \
  OSDefineMetaClassWithInit(className, superclassName, init)                           \
      OSDefineAbstractStructors(className, superclassName)
#define OSDefineMetaClassAndFinalStructorsWithInit(className, superclassName, init) \
  OSDefineMetaClassAndStructorsWithInit(className, superclassName, init)

#define OSDefineMetaClass(className, superclassName) \
  OSDefineMetaClassWithInit(className, superclassName, )
#define OSDefineMetaClassAndStructors(className, superclassName) \
  OSDefineMetaClassAndStructorsWithInit(className, superclassName, )
#define OSDefineMetaClassAndAbstractStructors(className, superclassName) \
  OSDefineMetaClassAndAbstractStructorsWithInit(className, superclassName, )
#define OSDefineMetaClassAndFinalStructors(className, superclassName) \
  OSDefineMetaClassAndFinalStructorsWithInit(className, superclassName, )

// Reserved places in vtables matter to binaries of a Mac only.
#define OSMetaClassDeclareReservedUnused(className, index)
#define OSMetaClassDeclareReservedUsed(className, index)
#define OSMetaClassDefineReservedUnused(className, index)
#define OSMetaClassDefineReservedUsed(className, index)
#define OSMetaClassDeclareReservedUsedX86(className, index)
#define OSMetaClassDefineReservedUsedX86(className, index)

#endif  // _LIBKERN_OSMETACLASS_H
