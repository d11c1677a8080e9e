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
//   | previous | next | size | kind, freed, offset | number | memory …
#ifndef DRYDOCK_LIBKERN_KERNEL_HEAP_H_
#define DRYDOCK_LIBKERN_KERNEL_HEAP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trace/event_values.h"

class OSObject;

namespace drydock {

using trace::BlockKind;

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
  uint32_t number;

  // The object in a block of kind kObject.
  const OSObject* object() const;
};

// What becomes of freed blocks in the boots that begin while it is set.
enum class HeapMode : uint8_t {
  kRecycle,  // they are given back
  // They stay where they are until the boot ends, filled so that code which follows a pointer or
  // calls a virtual function there is noticed. What happens to them is published
  // (EventKind::kHeapFreeAgain and those after it); the run cannot go on from a call to a freed
  // object: it panics.
  kQuarantine,
};

// Between runs.
void SetHeapMode(HeapMode mode);

// The number of a block in its boot, in order of allocation; 0 if it was allocated with no run in
// progress.
uint32_t HeapBlockNumber(const void* memory);

// The block at `memory` holds this object.
void HeapNoteObject(const void* memory, const char* class_name, uint32_t id);

// In a run whose heap quarantines, when everything was released: publishes what is still allocated
// (objects and what drivers allocated, not the insides of either) and which freed blocks were
// written to. Does nothing in another run.
void AuditHeap();

// The live blocks of the boot in progress (of none, if none is), in the order of their allocation.
std::vector<LiveBlock> LiveBlocks();

// The block that an address lies in, also one that was freed and is in quarantine. It looks at all
// blocks, so it is for reports.
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
