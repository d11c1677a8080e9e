#include "verify/lifetime_checker.h"

#include <cstring>
#include <utility>

#include <libkern/c++/OSObject.h>

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/memory.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/kernel/per_boot.h"
#include "trace/names.h"

namespace drydock {
namespace {

// The checker of the boot in progress: its heap's guard.
LifetimeChecker* current = nullptr;

// More than any class has.
constexpr size_t kSlots = 512;

}  // namespace

// What a freed object looks like: all its virtual functions come here. By the Itanium C++ ABI an
// object begins with the address of its table of virtual functions, in front of which stand an
// offset and the type's description.
struct FreedObject {
  template <size_t slot>
  [[noreturn]] static void Call(const void* self) {
    current->UsedAfterFree(self, slot);
  }

  struct Table {
    const void* offset_and_type[2] = {};
    void (*functions[kSlots])(const void*);
  };
  template <size_t... slots>
  static constexpr Table MakeTable(std::index_sequence<slots...>) {
    return {{}, {&Call<slots>...}};
  }
  static const Table table;

  static const void* WordAt(const void* memory, size_t index) {
    return index % 2 == 0 ? memory : nullptr;
  }
  static void Fill(void* memory, size_t size) {
    auto** words = static_cast<const void**>(memory);
    const size_t count = size / sizeof(void*);
    // Who follows a pointer that was here comes back to the block: to an object that is just as
    // dead. Every other one is null, so that lists come to an end.
    for (size_t i = 0; i < count; ++i) words[i] = WordAt(memory, i);
    if (count > 0) words[0] = &table.functions;
    std::memset(words + count, 0xdd, size % sizeof(void*));
  }
  static bool IsIntact(const void* memory, size_t size) {
    const auto* words = static_cast<const void* const*>(memory);
    const size_t count = size / sizeof(void*);
    for (size_t i = 1; i < count; ++i) {
      if (words[i] != WordAt(memory, i)) return false;
    }
    return count == 0 || words[0] == &table.functions;
  }

  // Where in the table a virtual function stands.
  template <typename Member>
  static size_t SlotOf(Member member) {
    uintptr_t word;
    std::memcpy(&word, &member, sizeof(word));
#if defined(__aarch64__) || defined(__arm__)
    return word / sizeof(void*);
#else
    return (word - 1) / sizeof(void*);
#endif
  }
  static bool IsRelease(size_t slot) {
    return slot == SlotOf(static_cast<void (OSObject::*)() const>(&OSObject::release)) ||
           slot ==
               SlotOf(static_cast<void (OSObject::*)(const void*) const>(&OSObject::taggedRelease));
  }
  static bool IsRetain(size_t slot) {
    return slot == SlotOf(&OSObject::retain) || slot == SlotOf(&OSObject::taggedRetain);
  }
};

const FreedObject::Table FreedObject::table = MakeTable(std::make_index_sequence<kSlots>());

LifetimeChecker::LifetimeChecker() {
  SetHeapGuard(this);
  kernel::SetDeadMemoryWatch(&Touched);
}

LifetimeChecker::~LifetimeChecker() {
  kernel::SetDeadMemoryWatch(nullptr);
  SetHeapGuard(nullptr);
  if (current == this) current = nullptr;
}

void LifetimeChecker::Allocated(void* memory, BlockKind kind, size_t size) {
  if (boot_ != kernel::internal::boot_number) {
    boot_ = kernel::internal::boot_number;
    current = this;
    lives_.clear();
    freed_.clear();
  }
  Life& life = lives_[memory];
  life.kind = kind;
  life.size = size;
  life.allocation = kernel::ThisMoment();
}

void LifetimeChecker::Named(const void* memory, const char* name, uint32_t id) {
  const auto life = lives_.find(memory);
  if (life == lives_.end()) return;
  life->second.name = name;
  life->second.id = id;
}

void LifetimeChecker::Freed(void* memory, BlockKind, size_t size) {
  Life& life = lives_[memory];
  life.freed = true;
  life.end = kernel::ThisMoment();
  freed_.push_back(memory);
  FreedObject::Fill(memory, size);
}

void LifetimeChecker::FreedAgain(void* memory) {
  const Life& life = lives_[memory];
  kernel::MisuseWithEvidence("double-free", absl::StrCat(Describe(life), " is freed again"),
                             EvidenceOf(life));
}

std::string LifetimeChecker::Describe(const Life& life) {
  return life.name != nullptr ? absl::StrCat(life.name, " #", life.id)
                              : absl::StrCat("memory of ", life.size, " bytes");
}

std::vector<kernel::Evidence> LifetimeChecker::EvidenceOf(const Life& life) {
  const auto in_words = [](const char* what, const kernel::Moment& moment) {
    return kernel::Evidence{absl::StrCat(what, *moment.thread != '\0' ? " on thread " : "",
                                         moment.thread, " at ", moment.time_ns, " ns"),
                            CallStacks::Get(moment.stack)};
  };
  std::vector<kernel::Evidence> evidence = {in_words("allocated", life.allocation)};
  if (life.freed) evidence.push_back(in_words("freed", life.end));
  return evidence;
}

void LifetimeChecker::UsedAfterFree(const void* memory, size_t slot) const {
  const Life& life = lives_.at(memory);
  const bool released = FreedObject::IsRelease(slot);
  const char* const finding = released ? "over-release" : "use-after-free";
  const char* const how = released                      ? "released"
                          : FreedObject::IsRetain(slot) ? "retained"
                                                        : "called";
  kernel::MisuseWithEvidence(
      finding,
      absl::StrCat(Describe(life), ", or what it pointed to, is ", how, " after it was freed"),
      EvidenceOf(life));
  // Nothing is unwound by a panic: no string may be left behind.
  const char* const what = trace::Intern(Describe(life));
  kernel::Panic(finding, " of ", what);
}

void LifetimeChecker::Touched(const void* address, size_t bytes, bool write) {
  FoundBlock found;
  if (!FindBlock(address, &found)) return;
  const auto life = current->lives_.find(found.block.memory);
  if (life == current->lives_.end()) return;
  // That is how virtual functions are called, which is reported when the call comes.
  if (life->second.name != nullptr && found.offset == 0 && bytes == sizeof(void*) && !write) return;
  bool& reported = write ? life->second.written : life->second.read;
  if (reported) return;
  reported = true;
  kernel::MisuseWithEvidence(
      write ? "write-after-free" : "use-after-free",
      absl::StrCat(Describe(life->second), " is ", write ? "written to" : "read",
                   " after it was freed, ", bytes, bytes == 1 ? " byte" : " bytes", " at offset ",
                   found.offset),
      EvidenceOf(life->second));
}

std::vector<kernel::Evidence> LifetimeChecker::EvidenceAbout(const void* block) {
  if (current == nullptr || current->boot_ != kernel::internal::boot_number) return {};
  const auto life = current->lives_.find(block);
  return life == current->lives_.end() ? std::vector<kernel::Evidence>() : EvidenceOf(life->second);
}

void LifetimeChecker::Conclude() {
  if (current == nullptr || current->boot_ != kernel::internal::boot_number) return;
  current->ReportLeaks();
  current->ReportWrites();
}

void LifetimeChecker::ReportLeaks() const {
  for (const LiveBlock& block : LiveBlocks()) {
    const auto found = lives_.find(block.memory);
    if (block.kind == BlockKind::kInternal || found == lives_.end()) continue;
    const Life& life = found->second;
    const OSObject* object = life.name != nullptr ? block.object() : nullptr;
    if (object != nullptr && object->getRetainCount() == 0xffff) {
      kernel::MisuseWithEvidence(
          "free-without-super",
          absl::StrCat(Describe(life),
                       " lost its last reference but not its memory: does its "
                       "free() call super::free()?"),
          EvidenceOf(life));
      continue;
    }
    kernel::MisuseWithEvidence(
        "leak",
        absl::StrCat(
            Describe(life), " is never freed",
            object != nullptr ? absl::StrCat("; references: ", object->getRetainCount()) : ""),
        EvidenceOf(life));
  }
}

void LifetimeChecker::ReportWrites() const {
  for (const void* memory : freed_) {
    const Life& life = lives_.at(memory);
    if (life.written || FreedObject::IsIntact(memory, life.size)) continue;
    kernel::MisuseWithEvidence("write-after-free",
                               absl::StrCat(Describe(life), " was written to after it was freed"),
                               EvidenceOf(life));
  }
}

}  // namespace drydock
