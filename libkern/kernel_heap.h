// libkern/kernel_heap.h
//
// The kernel heap: all memory under OSObject, IOMalloc and the insides of libkern's classes.
//
// Each boot has a heap of its own. It keeps its live blocks on a list, in the order of their
// allocation, so that what a run leaves behind can be told (LiveBlocks) and, when the boot ends, is
// freed in bulk, without destructors. Blocks allocated with no run in progress belong to no boot
// and live until they are freed.
//
// A block's header, on the list both ways, lies in front of its memory:
//
//   | previous | next | size | kind, offset | memory …
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
  kInternal,  // the inside of an object or lock of libkern, which is what to look at
};

// Memory of `size` bytes, zero or filled with 0xaa. `alignment` is a power of two; 16 is always
// given.
void* HeapAllocate(BlockKind kind, size_t size, bool zero, size_t alignment = 16);

// Gives it back. Null is allowed.
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

// The live blocks of the boot in progress (of none, if none is), in the order of their allocation.
std::vector<LiveBlock> LiveBlocks();

// Those that are objects.
std::vector<const OSObject*> LiveObjects();

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_KERNEL_HEAP_H_
