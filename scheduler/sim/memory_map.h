// scheduler/sim/memory_map.h
//
// What a run knows of each eight bytes of memory that hooked code has touched: its location, and
// which contexts use it.
#ifndef DRYDOCK_SCHEDULER_SIM_MEMORY_MAP_H_
#define DRYDOCK_SCHEDULER_SIM_MEMORY_MAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace drydock::sim {

inline constexpr size_t kGranuleBytes = 8;

struct Granule {
  uint32_t location = 0;  // 1, 2, 3 … in the order of first accesses; 0 = not yet touched
  uint16_t owner = 0;     // the context that allocated or first touched it, numbered by the caller
  bool shared = false;    // other contexts touched it too
  bool dead = false;      // freed, and not used again until the run ends
};

// Granules by address. Only equality of addresses counts, so they are not observable.
class MemoryMap {
 public:
  MemoryMap() = default;
  ~MemoryMap();
  MemoryMap(const MemoryMap&) = delete;
  MemoryMap& operator=(const MemoryMap&) = delete;

  // The granule at `address`, made if need be. Good until the run ends.
  Granule* At(uintptr_t address) {
    const uintptr_t number = address / kPageBytes;
    Page* page = number == last_number_ ? last_ : FindOrMake(number);
    return &page->granules[address % kPageBytes / kGranuleBytes];
  }

  // A number for a granule that has none.
  uint32_t NewLocation(uintptr_t address) {
    addresses_.push_back(address);
    return static_cast<uint32_t>(addresses_.size());
  }
  // Where it lies; 0 if there is none.
  uintptr_t AddressOf(uint32_t location) const {
    return location - 1 < addresses_.size() ? addresses_[location - 1] : 0;
  }

  // Forgets everything about the memory, which gets a new use.
  void Forget(const void* begin, const void* end) {
    VisitExisting(reinterpret_cast<uintptr_t>(begin), reinterpret_cast<uintptr_t>(end),
                  [](Granule* granule, uintptr_t) { *granule = Granule(); });
  }

  bool empty() const { return pages_in_use_ == 0; }

  // Calls visit(granule, address) for those in [begin, end) that exist.
  template <typename Visit>
  void VisitExisting(uintptr_t begin, uintptr_t end, Visit visit) {
    begin -= begin % kGranuleBytes;
    while (begin < end) {
      const uintptr_t next = (begin / kPageBytes + 1) * kPageBytes;
      const uintptr_t until = next < end ? next : end;
      if (Page* page = Find(begin / kPageBytes)) {
        for (uintptr_t at = begin; at < until; at += kGranuleBytes) {
          visit(&page->granules[at % kPageBytes / kGranuleBytes], at);
        }
      }
      begin = next;
    }
  }

 private:
  static constexpr size_t kPageBytes = 4096;

  struct Page {
    uintptr_t number = 0;
    std::array<Granule, kPageBytes / kGranuleBytes> granules;
  };

  Page* Find(uintptr_t number) const;
  Page* FindOrMake(uintptr_t number);
  size_t SlotOf(uintptr_t number) const {
    return (number * 0x9e3779b97f4a7c15u >> 32) & (table_.size() - 1);
  }
  void Grow();

  uintptr_t last_number_ = ~uintptr_t{0};
  Page* last_ = nullptr;
  std::vector<Page*> table_;  // open addressing; a power of two, at most half full
  size_t pages_in_use_ = 0;
  std::vector<uintptr_t> addresses_;  // of locations
};

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_MEMORY_MAP_H_
