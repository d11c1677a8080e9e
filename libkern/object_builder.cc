// Makes kernel objects of a property list.
#include "libkern/object_builder.h"

#include <utility>

#include <libkern/c++/OSContainers.h>

namespace drydock {
namespace {

OSSharedPtr<OSObject> Owned(OSObject* object) { return {object, OSNoRetain}; }

}  // namespace

void ObjectBuilder::Begin(Collection kind, unsigned capacity, const std::string& id) {
  OSSharedPtr<OSCollection> collection;
  switch (kind) {
    case Collection::kDictionary:
      collection.reset(OSDictionary::withCapacity(capacity), OSNoRetain);
      break;
    case Collection::kArray:
      collection.reset(OSArray::withCapacity(capacity), OSNoRetain);
      break;
    case Collection::kSet:
      collection.reset(OSSet::withCapacity(capacity), OSNoRetain);
      break;
  }
  open_.push_back({kind, std::move(collection), id, ""});
}

void ObjectBuilder::End() {
  const Open done = std::move(open_.back());
  open_.pop_back();
  Add(done.collection, done.id);
}

void ObjectBuilder::Key(const std::string& key) { open_.back().key = key; }

void ObjectBuilder::String(const std::string& text, const std::string& id) {
  Add(Owned(OSString::withCString(text.c_str())), id);
}

void ObjectBuilder::Data(const std::string& bytes, const std::string& id) {
  Add(Owned(OSData::withBytes(bytes.data(), static_cast<unsigned>(bytes.size()))), id);
}

void ObjectBuilder::Integer(uint64_t value, unsigned bits, const std::string& id) {
  Add(Owned(OSNumber::withNumber(value, bits)), id);
}

void ObjectBuilder::Boolean(bool value) { Add(Owned(OSBoolean::withBoolean(value)), ""); }

const char* ObjectBuilder::Reference(const std::string& id) {
  if (const auto known = known_.find(id); known != known_.end()) {
    Add(OSSharedPtr<OSObject>(known->second), "");
    return nullptr;
  }
  for (const Open& outer : open_) {
    if (outer.id == id && !id.empty()) return "a reference to a collection that it is part of";
  }
  return "a reference to nothing";
}

void ObjectBuilder::Add(const OSSharedPtr<OSObject>& object, const std::string& id) {
  if (!id.empty()) known_[id] = object;
  if (open_.empty()) {
    result_ = object;
    return;
  }
  const Open& outer = open_.back();
  switch (outer.kind) {
    case Collection::kDictionary:
      static_cast<OSDictionary*>(outer.collection.get())
          ->setObject(outer.key.c_str(), object.get());
      break;
    case Collection::kArray:
      static_cast<OSArray*>(outer.collection.get())->setObject(object.get());
      break;
    case Collection::kSet:
      static_cast<OSSet*>(outer.collection.get())->setObject(object.get());
      break;
  }
}

}  // namespace drydock
