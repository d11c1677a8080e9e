// The look of freed blocks. By the Itanium C++ ABI an object begins with the address of its table
// of virtual functions, in front of which stand an offset and the type's description.
#include "libkern/heap_quarantine.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include <libkern/c++/OSObject.h>

namespace drydock::heap_quarantine {
namespace {

using trace::FreedCall;

// More virtual functions than any class has.
constexpr size_t kSlots = 512;

// Where in the table a virtual function stands.
template <typename Member>
size_t SlotOf(Member member) {
  uintptr_t word;
  std::memcpy(&word, &member, sizeof(word));
#if defined(__aarch64__) || defined(__arm__)
  return word / sizeof(void*);
#else
  return (word - 1) / sizeof(void*);
#endif
}

FreedCall CallAt(size_t slot) {
  if (slot == SlotOf(static_cast<void (OSObject::*)() const>(&OSObject::release)) ||
      slot ==
          SlotOf(static_cast<void (OSObject::*)(const void*) const>(&OSObject::taggedRelease))) {
    return FreedCall::kRelease;
  }
  return slot == SlotOf(&OSObject::retain) || slot == SlotOf(&OSObject::taggedRetain)
             ? FreedCall::kRetain
             : FreedCall::kOther;
}

template <size_t slot>
[[noreturn]] void Call(const void* self) {
  Called(self, CallAt(slot));
}

struct Table {
  const void* offset_and_type[2] = {};
  void (*functions[kSlots])(const void*);
};

template <size_t... slots>
constexpr Table MakeTable(std::index_sequence<slots...>) {
  return {{}, {&Call<slots>...}};
}

const Table kTable = MakeTable(std::make_index_sequence<kSlots>());

// A pointer that was in the block leads back to the block: to an object that is just as dead. Every
// other word is null, so that lists come to an end.
const void* WordAt(const void* memory, size_t index) { return index % 2 == 0 ? memory : nullptr; }

}  // namespace

void Fill(void* memory, size_t size) {
  auto** words = static_cast<const void**>(memory);
  const size_t count = size / sizeof(void*);
  for (size_t i = 0; i < count; ++i) words[i] = WordAt(memory, i);
  if (count > 0) words[0] = &kTable.functions;
  std::memset(words + count, 0xdd, size % sizeof(void*));
}

bool IsIntact(const void* memory, size_t size) {
  const auto* words = static_cast<const void* const*>(memory);
  const size_t count = size / sizeof(void*);
  for (size_t i = 1; i < count; ++i) {
    if (words[i] != WordAt(memory, i)) return false;
  }
  return count == 0 || words[0] == &kTable.functions;
}

}  // namespace drydock::heap_quarantine
