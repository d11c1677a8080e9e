// Metaclasses: lookup by name, casts, instances.
#include <libkern/c++/OSArray.h>
#include <libkern/c++/OSMetaClass.h>
#include <libkern/c++/OSString.h>
#include <libkern/c++/OSSymbol.h>

#include "gtest/gtest.h"
#include "tests/libkern/fixtures.h"

namespace drydock {
namespace {

int made_with_init = 0;

class WithInit : public OSObject {
  OSDeclareFinalStructors(WithInit)
};
OSDefineMetaClassAndStructorsWithInit(WithInit, OSObject, made_with_init = 42)

    // As headers of drivers have them.
    class WithReserved : public OSObject {
  OSDeclareDefaultStructors(WithReserved)
  OSMetaClassDeclareReservedUsed(WithReserved, 0);
  OSMetaClassDeclareReservedUnused(WithReserved, 1);
};
OSDefineMetaClassAndStructors(WithReserved, OSObject)
OSMetaClassDefineReservedUsed(WithReserved, 0);
OSMetaClassDefineReservedUnused(WithReserved, 1);

TEST(OSMetaClass, ClassKnowsNameSizeAndSuperclass) {
  EXPECT_STREQ(OSTypeID(ProbeChild)->getClassName(), "ProbeChild");
  EXPECT_EQ(OSTypeID(ProbeChild)->getClassSize(), sizeof(ProbeChild));
  EXPECT_EQ(OSTypeID(ProbeChild)->getSuperClass(), OSTypeID(Probe));
  EXPECT_EQ(OSTypeID(Probe)->getSuperClass(), OSTypeID(OSObject));
  EXPECT_EQ(OSTypeID(OSObject)->getSuperClass(), nullptr);
}

TEST(OSMetaClass, OB5DynamicCastGoesBySuperclassLinks) {
  OSObject* const child = OSTypeAlloc(ProbeChild);
  EXPECT_EQ(OSDynamicCast(Probe, child), child);
  EXPECT_EQ(OSDynamicCast(ProbeChild, child), child);
  EXPECT_EQ(OSDynamicCast(OSString, child), nullptr);
  EXPECT_EQ(OSDynamicCast(Probe, static_cast<OSObject*>(nullptr)), nullptr);
  OSObject* const parent = OSTypeAlloc(Probe);
  EXPECT_EQ(OSDynamicCast(ProbeChild, parent), nullptr);
  EXPECT_TRUE(OSCheckTypeInst(parent, child));
  EXPECT_FALSE(OSCheckTypeInst(child, parent));
  EXPECT_EQ(OSTypeIDInst(child), OSTypeID(ProbeChild));
  child->release();
  parent->release();
}

TEST(OSMetaClass, RequiredCastPassesNullAndPanicsOnMismatch) {
  EXPECT_EQ(OSRequiredCast(Probe, static_cast<OSObject*>(nullptr)), nullptr);
  const Outcome outcome = RunTimed([] {
    OSObject* const probe = Probe::Make();
    EXPECT_EQ(OSRequiredCast(Probe, probe), probe);
    OSRequiredCast(OSString, probe);
  });
  EXPECT_EQ(outcome.kind, Outcome::Kind::kPanic);
  EXPECT_EQ(outcome.text, "an object of class Probe is no OSString");
}

TEST(OSMetaClass, CastByName) {
  OSObject* const child = OSTypeAlloc(ProbeChild);
  OSString* const name = OSString::withCString("Probe");
  const OSSymbol* const symbol = OSSymbol::withCString("OSString");
  EXPECT_EQ(child->metaCast("ProbeChild"), child);
  EXPECT_EQ(child->metaCast(name), child);
  EXPECT_EQ(child->metaCast(symbol), nullptr);
  EXPECT_EQ(child->metaCast("NoSuchClass"), nullptr);
  EXPECT_EQ(OSMetaClass::checkMetaCastWithName("Probe", child), child);
  EXPECT_EQ(OSMetaClass::getMetaClassWithName(symbol), OSTypeID(OSString));
  child->release();
  name->release();
  symbol->release();
}

TEST(OSMetaClass, AllocByNameMakesAnInstanceWithoutInit) {
  OSObject* const object = OSMetaClass::allocClassWithName("ProbeChild");
  auto* const probe = OSDynamicCast(ProbeChild, object);
  ASSERT_NE(probe, nullptr);
  EXPECT_EQ(probe->inits, 0);
  EXPECT_EQ(probe->getRetainCount(), 1);
  object->release();
}

TEST(OSMetaClass, OB6AllocOfAbstractOrUnknownClassIsNull) {
  EXPECT_EQ(OSMetaClass::allocClassWithName("AbstractProbe"), nullptr);
  EXPECT_EQ(OSMetaClass::allocClassWithName("OSObject"), nullptr);
  EXPECT_EQ(OSMetaClass::allocClassWithName("NoSuchClass"), nullptr);
  EXPECT_EQ(OSMetaClass::allocClassWithName(static_cast<const char*>(nullptr)), nullptr);
  EXPECT_EQ(OSTypeAlloc(AbstractProbe), nullptr);
}

TEST(OSMetaClass, InitStatementRunsBeforeMain) { EXPECT_EQ(made_with_init, 42); }

TEST(OSMetaClass, MemberFunctionCastFindsTheOverride) {
  using Function = int (*)(const OSObject*);
  OSObject* const parent = OSTypeAlloc(Probe);
  OSObject* const child = OSTypeAlloc(ProbeChild);
  EXPECT_EQ(OSMemberFunctionCast(Function, parent, &Probe::Answer)(parent), 1);
  EXPECT_EQ(OSMemberFunctionCast(Function, child, &Probe::Answer)(child), 2);
  EXPECT_EQ(OSMemberFunctionCast(Function, child, &Probe::Plain)(child), 7);
  // How power management sees whether a method is overridden.
  EXPECT_NE(OSMemberFunctionCast(Function, parent, &Probe::Answer),
            OSMemberFunctionCast(Function, child, &Probe::Answer));
  parent->release();
  child->release();
}

TEST(OSMetaClass, SafeReleaseForgets) {
  int frees = 0;
  Probe* probe = Probe::Make(&frees);
  OSSafeReleaseNULL(probe);
  EXPECT_EQ(probe, nullptr);
  EXPECT_EQ(frees, 1);
  OSSafeReleaseNULL(probe);
}

}  // namespace
}  // namespace drydock
