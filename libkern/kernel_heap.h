// libkern/kernel_heap.h
//
// The kernel heap: all memory under OSObject, IOMalloc and the insides of libkern's classes.
//
// Each boot has a heap of its own. It keeps its live blocks on a list, in the order of their
// allocation, so that what a run leaves behind can be reported (LiveBlocks) and, when the boot
// ends, is freed in bulk, without destructors. Blocks allocated with no run in progress belong to
// no boot and live until they are freed.
//
// A block's header, on the list both ways, lies in front of its memory:
//
//   | previous | next | size | kind, freed, offset | memory …
#ifndef DRYDOCK_LIBKERN_KERNEL_HEAP_H_
#define DRYDOCK_LIBKERN_KERNEL_HEAP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

class OSObject;

namespace drydock {

enum class BlockKind : uint8_t {
  kObject,    // an OSObject
  kMemory,    // what a driver allocated: IOMalloc and its relatives
  kInternal,  // memory of an object or lock of libkern; a report shows that object or lock
};

// Memory of `size` bytes, zero or filled with 0xaa. `alignment` is a power of two; 16 is always
// given.
void* HeapAllocate(BlockKind kind, size_t size, bool zero, size_t alignment = 16);

// Frees the memory. Null is allowed.
void HeapFree(void* memory);

// The size a live block was allocated with.
size_t HeapBlockSize(const void* memory);

// A live block. A leak report asks an object for more: class name, id (libkern/object_id.h), retain
// count.
struct LiveBlock {
  BlockKind kind;
  size_t size;
  const void* memory;

  // The object in a block of kind kObject.
  const OSObject* object() const;
};

// Watches the blocks of the boots that begin while it is set. What is freed then stays where it is
// until the boot ends, so that nothing else takes its place.
class HeapGuard {
 public:
  virtual ~HeapGuard() = default;
  virtual void Allocated(void* memory, BlockKind kind, size_t size) = 0;
  // An object is in the block; `name` outlives the process.
  virtual void Named(const void* memory, const char* name, uint32_t id) = 0;
  // The guard may overwrite the memory.
  virtual void Freed(void* memory, BlockKind kind, size_t size) = 0;
  // It had been freed before.
  virtual void FreedAgain(void* memory) = 0;
};

// Not owned; null for none. Between runs.
void SetHeapGuard(HeapGuard* guard);
// Of the boot in progress, or null.
HeapGuard* CurrentHeapGuard();

// The live blocks of the boot in progress (of none, if none is), in the order of their allocation.
std::vector<LiveBlock> LiveBlocks();

// The block that an address lies in, also one that was freed and is kept for a guard. It looks at
// all blocks, so it is for reports.
struct FoundBlock {
  LiveBlock block;
  size_t offset;
  bool freed;
};
bool FindBlock(const void* address, FoundBlock* found);

// Those that are objects.
std::vector<const OSObject*> LiveObjects();

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_KERNEL_HEAP_H_
