// libkern/heap_quarantine.h
//
// What freed blocks look like in a heap that quarantines them (HeapMode::kQuarantine), so that code
// which uses one is noticed. Of the heap alone.
#ifndef DRYDOCK_LIBKERN_HEAP_QUARANTINE_H_
#define DRYDOCK_LIBKERN_HEAP_QUARANTINE_H_

#include <cstddef>

#include "trace/event_values.h"

namespace drydock::heap_quarantine {

// Makes a freed block look like a freed object: each virtual function called there ends in Called,
// and each pointer there leads back to the block or is null.
void Fill(void* memory, size_t size);

// Whether a block is as Fill has left it.
bool IsIntact(const void* memory, size_t size);

// Hooked code touches a freed block.
void Touched(const void* address, size_t bytes, bool write);

// A virtual function is called of what was in the block at `memory`, or was pointed to from there.
[[noreturn]] void Called(const void* memory, trace::FreedCall call);

}  // namespace drydock::heap_quarantine

#endif  // DRYDOCK_LIBKERN_HEAP_QUARANTINE_H_
