// libkern/copy_table.h
//
// Which collections a deep copy has copied already, so that one that occurs twice is copied once
// and one that contains itself does not go on for ever. It is kept in the dictionary copyCollection
// hands down, by object id, and made only when there is a collection inside another.
#ifndef DRYDOCK_LIBKERN_COPY_TABLE_H_
#define DRYDOCK_LIBKERN_COPY_TABLE_H_

#include <libkern/c++/OSCollection.h>
#include <libkern/c++/OSDictionary.h>

namespace drydock {

class CopyTable {
 public:
  // `handed_down` is copyCollection's argument, perhaps null.
  explicit CopyTable(OSDictionary* handed_down) : dictionary_(handed_down) {}
  ~CopyTable() {
    if (own_) dictionary_->release();
  }
  CopyTable(const CopyTable&) = delete;
  CopyTable& operator=(const CopyTable&) = delete;

  // The copy of `original`, retained, if there is one.
  OSCollection* Find(const OSCollection* original) const;

  // Puts copies in the place of the collections in `copy`, a shallow copy of `original` that no
  // other thread knows yet: calls `put(i, inner_copy)` for each of its `count` objects `get(i)`
  // that is one.
  template <typename Get, typename Put>
  void CopyInner(const OSCollection* original, OSCollection* copy, unsigned count, Get get,
                 Put put) {
    if (dictionary_ != nullptr) Add(original, copy);
    for (unsigned i = 0; i < count; ++i) {
      auto* const inner = OSDynamicCast(OSCollection, get(i));
      if (inner == nullptr) continue;
      if (dictionary_ == nullptr) {
        dictionary_ = OSDictionary::withCapacity(4);
        own_ = true;
        Add(original, copy);
      }
      OSCollection* const inner_copy = inner->copyCollection(dictionary_);
      if (inner_copy == nullptr) continue;
      put(i, inner_copy);
      inner_copy->release();
    }
  }

 private:
  void Add(const OSCollection* original, OSCollection* copy);

  OSDictionary* dictionary_;
  bool own_ = false;
};

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_COPY_TABLE_H_
