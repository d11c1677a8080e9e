// OSObject: counting references and freeing.
#include <atomic>

#include <libkern/c++/OSCollection.h>
#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSSerialize.h>

#include "libkern/kernel_heap.h"
#include "libkern/object_id.h"
#include "scheduler/kernel/choice.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/trace.h"

using drydock::kernel::OperationKind;
using drydock::trace::EventKind;
namespace kernel = drydock::kernel;

namespace {

constexpr uint32_t kReferences = 0xffff;         // the low half: all references
constexpr uint32_t kFreeing = 0xffff;            // in the low half: being freed
constexpr uint32_t kPegged = 0xfffe;             // in the low half: too many to count
constexpr uint32_t kOfCollection = 0x0001'0001;  // one reference, owned by a collection

uint32_t ReferenceFor(const void *tag) { return tag == OSTypeID(OSCollection) ? kOfCollection : 1; }

void Publish(EventKind kind, const OSObject *object, uint64_t value) {
  if (!drydock::trace::Observed(kind)) return;
  kernel::Trace(kind, drydock::ObjectIdOf(object), 0, value,
                object->getMetaClass()->getClassName());
}

}  // namespace

// By hand what OSDefineMetaClassAndAbstractStructors does, for a class without a superclass.
OSObject::MetaClass OSObject::gMetaClass;
const OSMetaClass *const OSObject::metaClass = &OSObject::gMetaClass;
const OSMetaClass *const OSObject::superClass = nullptr;
OSObject::MetaClass::MetaClass() : OSMetaClass("OSObject", nullptr, sizeof(OSObject)) {}
OSObject *OSObject::MetaClass::alloc() const { return nullptr; }
const OSMetaClass *OSObject::getMetaClass() const { return &gMetaClass; }
OSObject::OSObject() : OSObject(&gMetaClass) {}
OSObject::~OSObject() {}

OSObject::OSObject(const OSMetaClass *meta) : retainCount(1), objectId(kernel::NewObjectId()) {
  drydock::HeapNoteObject(this, meta->getClassName(), objectId);
  // Not Publish: to C++ it is not yet an object of its class.
  if (drydock::trace::Observed(EventKind::kObjectCreate)) {
    kernel::Trace(EventKind::kObjectCreate, objectId, drydock::HeapBlockNumber(this),
                  drydock::HeapBlockSize(this), meta->getClassName());
  }
}

void *OSObject::operator new(size_t size) {
  return drydock::HeapAllocate(drydock::BlockKind::kObject, size, /*zero=*/true);
}

void OSObject::operator delete(void *memory, size_t) { drydock::HeapFree(memory); }

bool OSObject::init() { return true; }

void OSObject::free() {
  const drydock::trace::ObjectId id = objectId;
  const char *const className = getMetaClass()->getClassName();
  delete this;
  kernel::Trace(EventKind::kObjectFree, id, 0, 0, className);
}

int OSObject::getRetainCount() const {
  const std::atomic_ref<uint32_t> count(retainCount);
  return static_cast<int>(count.load(std::memory_order_relaxed) & kReferences);
}

void OSObject::retain() const { taggedRetain(nullptr); }

void OSObject::release() const { taggedRelease(nullptr); }

void OSObject::release(int freeWhen) const { taggedRelease(nullptr, freeWhen); }

void OSObject::taggedRetain(const void *tag) const {
  kernel::ChoicePoint(OperationKind::kRetain, objectId);
  retainAtOnce(tag);
}

void OSObject::taggedRelease(const void *tag) const { taggedRelease(tag, 1); }

void OSObject::taggedRelease(const void *tag, const int freeWhen) const {
  kernel::ChoicePoint(OperationKind::kRelease, objectId);
  releaseAtOnce(tag, freeWhen);
}

bool OSObject::taggedTryRetain(const void *tag) const {
  kernel::ChoicePoint(OperationKind::kRetain, objectId);
  return tryRetainAtOnce(tag);
}

void OSObject::retainAtOnce(const void *tag) const {
  if (tryRetainAtOnce(tag)) return;
  kernel::Panic(getMetaClass()->getClassName(), " #", objectId, " was retained while being freed");
}

bool OSObject::tryRetainAtOnce(const void *tag) const {
  const std::atomic_ref<uint32_t> count(retainCount);
  uint32_t before = count.load(std::memory_order_relaxed);
  do {
    const uint32_t references = before & kReferences;
    if (references == kFreeing) return false;
    if (references == kPegged) return true;
  } while (
      !count.compare_exchange_weak(before, before + ReferenceFor(tag), std::memory_order_relaxed));
  Publish(EventKind::kRetain, this, (before + ReferenceFor(tag)) & kReferences);
  return true;
}

void OSObject::releaseAtOnce(const void *tag, int freeWhen) const {
  const std::atomic_ref<uint32_t> count(retainCount);
  uint32_t before = count.load(std::memory_order_relaxed);
  uint32_t references;
  bool last;
  do {
    if ((before & kReferences) >= kPegged) return;
    const uint32_t remaining = before - ReferenceFor(tag);
    references = remaining & kReferences;
    const uint32_t ofCollections = remaining >> 16;
    if (references < ofCollections) {
      kernel::Panic(getMetaClass()->getClassName(), " #", objectId,
                    " was released once too often: ", ofCollections,
                    " references are owned by collections, but only ", references, " would remain");
    }
    last = static_cast<int>(references) < freeWhen;
    // acq_rel: the freeing thread must see all earlier releases.
    if (count.compare_exchange_weak(before, last ? kFreeing : remaining,
                                    std::memory_order_acq_rel)) {
      break;
    }
  } while (true);
  Publish(EventKind::kRelease, this, references);
  if (last) const_cast<OSObject *>(this)->free();
}

bool OSObject::serialize(OSSerialize *serializer) const {
  if (serializer->previouslySerialized(this)) return true;
  return serializer->addXMLStartTag(this, "string") &&
         serializer->addString(getMetaClass()->getClassName()) &&
         serializer->addString(" is not serializable") && serializer->addXMLEndTag("string");
}
