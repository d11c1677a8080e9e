// A hash table from page numbers to pages of granules.
#include "scheduler/sim/memory_map.h"

#include <cstring>
#include <type_traits>

namespace drydock::sim {

namespace {

// Pages of runs that are over, for the next. Leaked on purpose.
template <typename Page>
std::vector<Page*>& SparePages() {
  static auto* spare = new std::vector<Page*>();
  return *spare;
}

}  // namespace

MemoryMap::~MemoryMap() {
  for (Page* page : table_) {
    if (page != nullptr) SparePages<Page>().push_back(page);
  }
}

MemoryMap::Page* MemoryMap::Find(uintptr_t number) const {
  if (table_.empty()) return nullptr;
  size_t slot = SlotOf(number);
  while (table_[slot] != nullptr && table_[slot]->number != number) {
    slot = (slot + 1) & (table_.size() - 1);
  }
  return table_[slot];
}

MemoryMap::Page* MemoryMap::FindOrMake(uintptr_t number) {
  Page* page = Find(number);
  if (page == nullptr) {
    if (2 * (pages_in_use_ + 1) > table_.size()) Grow();
    std::vector<Page*>& spare = SparePages<Page>();
    if (spare.empty()) {
      page = new Page();
    } else {
      page = spare.back();
      spare.pop_back();
      // In one go: field by field it is what a run under all checkers mostly does.
      static_assert(std::is_trivially_copyable_v<Granule>);
      std::memset(static_cast<void*>(page->granules.data()), 0, sizeof(page->granules));
    }
    page->number = number;
    size_t slot = SlotOf(number);
    while (table_[slot] != nullptr) slot = (slot + 1) & (table_.size() - 1);
    table_[slot] = page;
    ++pages_in_use_;
  }
  last_number_ = number;
  last_ = page;
  return page;
}

void MemoryMap::Grow() {
  std::vector<Page*> old(table_.empty() ? 64 : table_.size() * 2);
  old.swap(table_);
  for (Page* page : old) {
    if (page == nullptr) continue;
    size_t slot = SlotOf(page->number);
    while (table_[slot] != nullptr) slot = (slot + 1) & (table_.size() - 1);
    table_[slot] = page;
  }
}

}  // namespace drydock::sim
