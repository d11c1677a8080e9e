// The kernel heap: one per boot, on top of malloc.
#include "libkern/kernel_heap.h"

#include <array>
#include <cstdlib>
#include <cstring>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"

namespace drydock {

namespace {

struct alignas(16) Header {
  Header* previous;
  Header* next;
  size_t size;
  BlockKind kind;
  bool freed;       // and kept, for a guard or as a spare
  uint32_t offset;  // of this header in the block from malloc
};

HeapGuard* next_guard = nullptr;  // of the next boot

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
  static constexpr bool kRecycles = true;
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

  HeapGuard* const guard = next_guard;
  Header blocks = {};
  Header kept = {};
};

kernel::PerBoot<Heap> heap;

Header* HeaderOf(const void* memory) { return static_cast<Header*>(const_cast<void*>(memory)) - 1; }

}  // namespace

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
  header->kind = kind;
  header->freed = false;
  Heap& here = *heap;
  {
    const kernel::AtomicSection section;
    here.Link(header, &here.blocks);
  }

  void* const memory = header + 1;
  std::memset(memory, zero ? 0 : 0xaa, size);
  kernel::MemoryAllocated(memory, size);
  if (here.guard != nullptr) here.guard->Allocated(memory, kind, size);
  return memory;
}

void HeapFree(void* memory) {
  if (memory == nullptr) return;
  Header* const header = HeaderOf(memory);
  Heap& here = *heap;
  const kernel::AtomicSection section;
  if (header->freed) {
    if (here.guard != nullptr) return here.guard->FreedAgain(memory);
    // A double free is noticed only until the block is allocated again.
    kernel::Misuse("double-free",
                   absl::StrCat("memory of ", header->size, " bytes is freed again"));
  } else if (here.guard == nullptr) {
    kernel::MemoryFreed(memory, header->size, /*kept=*/false);
    GiveBack(header);
  } else {
    header->freed = true;
    Unlink(header);
    here.Link(header, &here.kept);
    kernel::MemoryFreed(memory, header->size, /*kept=*/true);
    here.guard->Freed(memory, header->kind, header->size);
  }
}

void SetHeapGuard(HeapGuard* guard) { next_guard = guard; }

HeapGuard* CurrentHeapGuard() { return heap->guard; }

size_t HeapBlockSize(const void* memory) { return HeaderOf(memory)->size; }

bool FindBlock(const void* address, FoundBlock* found) {
  Heap& here = *heap;
  for (const Header* const end : {&here.blocks, &here.kept}) {
    for (const Header* block = end->next; block != end; block = block->next) {
      const auto* const memory = reinterpret_cast<const char*>(block + 1);
      const auto offset = static_cast<size_t>(static_cast<const char*>(address) - memory);
      if (offset >= block->size) continue;
      *found = {{block->kind, block->size, memory}, offset, block->freed};
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
    live.push_back({block->kind, block->size, block + 1});
  }
  return live;
}

std::vector<const OSObject*> LiveObjects() {
  const kernel::AtomicSection section;
  std::vector<const OSObject*> live;
  const Header* const end = &heap->blocks;
  for (const Header* block = end->next; block != end; block = block->next) {
    if (block->kind == BlockKind::kObject)
      live.push_back(reinterpret_cast<const OSObject*>(block + 1));
  }
  return live;
}

}  // namespace drydock
