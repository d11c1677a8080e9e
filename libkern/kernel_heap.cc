// The kernel heap, and what it tells observers: one per boot, on top of malloc.
#include "libkern/kernel_heap.h"

#include <array>
#include <cstdlib>
#include <cstring>

#include <libkern/c++/OSObject.h>

#include "absl/base/config.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "libkern/heap_quarantine.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "scheduler/kernel/trace.h"

namespace drydock {

using trace::EventKind;

namespace {

struct alignas(16) Header {
  Header* previous;
  Header* next;
  size_t size;
  uint32_t kind : 2;     // BlockKind
  uint32_t freed : 1;    // and kept, in quarantine or as a spare
  uint32_t offset : 29;  // from the start of what malloc gave to this header
  uint32_t number;       // in its boot

  BlockKind block_kind() const { return static_cast<BlockKind>(kind); }
};
static_assert(sizeof(Header) == 32);

HeapMode next_mode = HeapMode::kRecycle;  // of the next boot

void Unlink(Header* block) {
  block->previous->next = block->next;
  block->next->previous = block->previous;
}

// Freed small blocks, by size, for the next allocation of their size, in this boot or another: a
// run allocates the same few sizes hundreds of times. All but the header stays as it was.
class SpareBlocks {
 public:
  // The bytes a block of `size` takes with its header. Sizes for which they are equal are a class.
  static size_t Bytes(size_t size) { return (sizeof(Header) + size + 15) & ~size_t{15}; }

  // A spare block for `size`, or null.
  Header* Take(size_t size) {
    if (size > kMost) return nullptr;
    Header*& first = ClassOf(size);
    Header* const taken = first;
    if (taken != nullptr) first = taken->next;
    return taken;
  }

  // Keeps the block if its size is one of those kept. Returns whether it did.
  bool Keep(Header* block) {
    if (block->offset != 0 || block->size > kMost || !kRecycles) return false;
    Header*& first = ClassOf(block->size);
    block->freed = true;
    block->next = first;
    first = block;
    return true;
  }

 private:
  static constexpr size_t kMost = 512;
  // AddressSanitizer must see each block freed.
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  static constexpr bool kRecycles = false;
#else
  static constexpr bool kRecycles = true;
#endif

  Header*& ClassOf(size_t size) { return classes_[Bytes(size) / 16]; }

  std::array<Header*, (sizeof(Header) + kMost) / 16 + 1> classes_ = {};
};

// Guarded by AtomicSection. Leaked on purpose.
constinit SpareBlocks spare_blocks;

void GiveBack(Header* block) {
  Unlink(block);
  if (!spare_blocks.Keep(block)) std::free(reinterpret_cast<char*>(block) - block->offset);
}

// A ring of headers that starts and ends at `blocks`, which is no block itself; and another ring of
// the freed blocks that are kept.
struct Heap {
  Heap() {
    blocks.previous = blocks.next = &blocks;
    kept.previous = kept.next = &kept;
  }
  ~Heap() {
    while (blocks.next != &blocks) GiveBack(blocks.next);
    while (kept.next != &kept) GiveBack(kept.next);
  }
  void Link(Header* block, Header* end) {
    block->previous = end->previous;
    block->next = end;
    end->previous->next = block;
    end->previous = block;
  }

  const bool quarantines = next_mode == HeapMode::kQuarantine;
  const bool of_a_run = kernel::internal::boot_number != 0;
  Header blocks = {};
  Header kept = {};
  uint32_t last_number = 0;
  // What is in the blocks of a heap that quarantines, by number.
  struct Occupant {
    const char* class_name;
    uint32_t id;
  };
  absl::flat_hash_map<uint32_t, Occupant> occupants;
};

kernel::PerBoot<Heap> heap;

Header* HeaderOf(const void* memory) { return static_cast<Header*>(const_cast<void*>(memory)) - 1; }

// Blocks that were allocated outside of runs have no number and are not published. Inlined, so that
// it is not a frame of call stacks.
[[gnu::always_inline]] inline void Publish(EventKind kind, uint32_t number, uint32_t other = 0,
                                           uint64_t value = 0) {
  if (number != 0) kernel::Trace(kind, number, other, value);
}

}  // namespace

void heap_quarantine::Touched(const void* address, size_t bytes, bool write) {
  FoundBlock found;
  if (!FindBlock(address, &found)) return;
  Publish(write ? EventKind::kHeapWriteFreed : EventKind::kHeapReadFreed, found.block.number,
          static_cast<uint32_t>(found.offset), bytes);
}

void heap_quarantine::Called(const void* memory, trace::FreedCall call) {
  const Header* const header = HeaderOf(memory);
  Publish(EventKind::kHeapCallFreed, header->number, 0, static_cast<uint64_t>(call));
  const char* const finding =
      call == trace::FreedCall::kRelease ? "over-release" : "use-after-free";
  const auto occupant = heap->occupants.find(header->number);
  if (occupant == heap->occupants.end()) {
    kernel::Panic(finding, " of memory of ", header->size, " bytes");
  }
  kernel::Panic(finding, " of ", occupant->second.class_name, " #", occupant->second.id);
}

// Allocates a header with `size` bytes behind it, and sets its offset.
static Header* Obtain(size_t size, size_t alignment) {
  if (alignment <= alignof(Header)) {
    const kernel::AtomicSection section;
    if (Header* const spare = spare_blocks.Take(size)) return spare;
  }
  // Up to `slack` bytes are lost in front of the header so that the memory behind it is aligned.
  const size_t slack = alignment > alignof(Header) ? alignment - alignof(Header) : 0;
  char* const start = size > SIZE_MAX / 2 - slack
                          ? nullptr
                          : static_cast<char*>(std::malloc(slack + SpareBlocks::Bytes(size)));
  if (start == nullptr) kernel::Panic("the kernel heap is exhausted");
  size_t offset = 0;
  if (slack != 0) {
    const uintptr_t memory = reinterpret_cast<uintptr_t>(start) + sizeof(Header);
    offset = -memory & (alignment - 1);
  }
  auto* const header = reinterpret_cast<Header*>(start + offset);
  header->offset = static_cast<uint32_t>(offset);
  return header;
}

void* HeapAllocate(BlockKind kind, size_t size, bool zero, size_t alignment) {
  Header* const header = Obtain(size, alignment);
  header->size = size;
  header->kind = static_cast<uint32_t>(kind);
  header->freed = false;
  Heap& here = *heap;
  {
    const kernel::AtomicSection section;
    header->number = here.of_a_run ? ++here.last_number : 0;
    here.Link(header, &here.blocks);
  }

  void* const memory = header + 1;
  std::memset(memory, zero ? 0 : 0xaa, size);
  kernel::MemoryAllocated(memory, size);
  Publish(EventKind::kHeapAllocate, header->number, static_cast<uint32_t>(kind), size);
  return memory;
}

void HeapFree(void* memory) {
  if (memory == nullptr) return;
  Header* const header = HeaderOf(memory);
  const uint32_t number = header->number;
  const size_t size = header->size;
  Heap& here = *heap;
  bool again;
  {
    const kernel::AtomicSection section;
    again = header->freed;
    if (!again) {
      kernel::MemoryFreed(memory, size, /*kept=*/here.quarantines);
      if (here.quarantines) {
        header->freed = true;
        Unlink(header);
        here.Link(header, &here.kept);
        heap_quarantine::Fill(memory, size);
      } else {
        GiveBack(header);
      }
    }
  }
  if (!again) {
    Publish(EventKind::kHeapFree, number);
  } else if (here.quarantines) {
    Publish(EventKind::kHeapFreeAgain, number);
  } else {
    // Noticed only until the block is used again.
    kernel::Misuse("double-free", absl::StrCat("memory of ", size, " bytes is freed again"));
  }
}

void SetHeapMode(HeapMode mode) {
  next_mode = mode;
  kernel::SetDeadMemoryWatch(mode == HeapMode::kQuarantine ? &heap_quarantine::Touched : nullptr);
}

uint32_t HeapBlockNumber(const void* memory) { return HeaderOf(memory)->number; }

void HeapNoteObject(const void* memory, const char* class_name, uint32_t id) {
  Heap& here = *heap;
  if (here.quarantines) here.occupants[HeapBlockNumber(memory)] = {class_name, id};
}

void AuditHeap() {
  Heap& here = *heap;
  if (!here.quarantines) return;
  for (const LiveBlock& block : LiveBlocks()) {
    if (block.kind == BlockKind::kInternal) continue;
    const bool is_object = here.occupants.contains(block.number);
    Publish(EventKind::kHeapLeft, block.number, static_cast<uint32_t>(block.kind),
            is_object ? static_cast<uint64_t>(block.object()->getRetainCount()) : 0);
  }
  for (const Header* block = here.kept.next; block != &here.kept; block = block->next) {
    if (heap_quarantine::IsIntact(block + 1, block->size)) continue;
    Publish(EventKind::kHeapChanged, block->number);
  }
}

size_t HeapBlockSize(const void* memory) { return HeaderOf(memory)->size; }

bool FindBlock(const void* address, FoundBlock* found) {
  Heap& here = *heap;
  for (const Header* const end : {&here.blocks, &here.kept}) {
    for (const Header* block = end->next; block != end; block = block->next) {
      const auto* const memory = reinterpret_cast<const char*>(block + 1);
      const auto offset = static_cast<size_t>(static_cast<const char*>(address) - memory);
      if (offset >= block->size) continue;
      *found = {
          {block->block_kind(), block->size, memory, block->number}, offset, block->freed != 0};
      return true;
    }
  }
  return false;
}

const OSObject* LiveBlock::object() const {
  return kind == BlockKind::kObject ? static_cast<const OSObject*>(memory) : nullptr;
}

std::vector<LiveBlock> LiveBlocks() {
  const kernel::AtomicSection section;
  std::vector<LiveBlock> live;
  const Header* const end = &heap->blocks;
  for (const Header* block = end->next; block != end; block = block->next) {
    live.push_back({block->block_kind(), block->size, block + 1, block->number});
  }
  return live;
}

std::vector<const OSObject*> LiveObjects() {
  const kernel::AtomicSection section;
  std::vector<const OSObject*> live;
  const Header* const end = &heap->blocks;
  for (const Header* block = end->next; block != end; block = block->next) {
    if (block->block_kind() == BlockKind::kObject)
      live.push_back(reinterpret_cast<const OSObject*>(block + 1));
  }
  return live;
}

}  // namespace drydock
