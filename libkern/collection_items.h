// libkern/collection_items.h
//
// What collections do with the objects they hold.
#ifndef DRYDOCK_LIBKERN_COLLECTION_ITEMS_H_
#define DRYDOCK_LIBKERN_COLLECTION_ITEMS_H_

#include <libkern/c++/OSCollection.h>

namespace drydock {

// Collections are given OSMetaClassBase and hand out OSObject. The cast is safe: no other class
// derives from OSMetaClassBase here.
inline OSObject* AsObject(const OSMetaClassBase* item) {
  return static_cast<OSObject*>(const_cast<OSMetaClassBase*>(item));
}

// The index of this very object, or `count`.
unsigned FindItem(const OSMetaClassBase* const* items, unsigned count, const OSMetaClassBase* item);

// Puts `item` in the place of another, which it releases.
void ReplaceItem(const OSMetaClassBase** place, const OSMetaClassBase* item);

// Empties the array and releases what was in it, in order.
void ReleaseItems(const OSMetaClassBase*** items, unsigned* count, unsigned* capacity);

// Calls setOptions of those that are collections.
void SetOptionsOfItems(const OSMetaClassBase* const* items, unsigned count, unsigned options,
                       unsigned mask);

// Writes `<tag>` with all items. False if one of them could not be written.
bool SerializeItems(OSSerialize* serializer, const OSCollection* collection, const char* tag,
                    const OSMetaClassBase* const* items, unsigned count);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_COLLECTION_ITEMS_H_
