// What collections do with the objects they hold.
#include "libkern/collection_items.h"

#include <utility>

#include <libkern/c++/OSSerialize.h>

#include "libkern/array_storage.h"

namespace drydock {

unsigned FindItem(const OSMetaClassBase* const* items, unsigned count,
                  const OSMetaClassBase* item) {
  unsigned index = 0;
  while (index < count && items[index] != item) ++index;
  return index;
}

void ReplaceItem(const OSMetaClassBase** place, const OSMetaClassBase* item) {
  item->taggedRetain(OSTypeID(OSCollection));
  std::exchange(*place, item)->taggedRelease(OSTypeID(OSCollection));
}

void ReleaseItems(const OSMetaClassBase*** items, unsigned* count, unsigned* capacity) {
  TakeAllItems(items, count, capacity,
               [](const OSMetaClassBase* item) { item->taggedRelease(OSTypeID(OSCollection)); });
}

void SetOptionsOfItems(const OSMetaClassBase* const* items, unsigned count, unsigned options,
                       unsigned mask) {
  for (unsigned i = 0; i < count; ++i) {
    if (auto* const inner = OSDynamicCast(OSCollection, items[i])) inner->setOptions(options, mask);
  }
}

bool SerializeItems(OSSerialize* serializer, const OSCollection* collection, const char* tag,
                    const OSMetaClassBase* const* items, unsigned count) {
  if (serializer->previouslySerialized(collection)) return true;
  if (!serializer->addXMLStartTag(collection, tag)) return false;
  for (unsigned i = 0; i < count; ++i) {
    if (!items[i]->serialize(serializer)) return false;
  }
  return serializer->addXMLEndTag(tag);
}

}  // namespace drydock
