// trace/event_kinds.h
//
// A set of kinds of events.
#ifndef DRYDOCK_TRACE_EVENT_KINDS_H_
#define DRYDOCK_TRACE_EVENT_KINDS_H_

#include <atomic>
#include <cstdint>
#include <initializer_list>

#include "trace/event.h"

namespace drydock::trace {

class EventKinds {
 public:
  constexpr EventKinds() = default;
  constexpr EventKinds(std::initializer_list<EventKind> kinds) {
    for (const EventKind kind : kinds) Add(kind);
  }
  static constexpr EventKinds All() {
    EventKinds all;
    for (uint64_t& word : all.words_) word = ~uint64_t{0};
    return all;
  }

  constexpr void Add(EventKind kind) { words_[Word(kind)] |= Bit(kind); }
  constexpr void Add(const EventKinds& kinds) {
    for (int i = 0; i < kWords; ++i) words_[i] |= kinds.words_[i];
  }
  constexpr bool Has(EventKind kind) const { return (words_[Word(kind)] & Bit(kind)) != 0; }
  constexpr bool empty() const {
    uint64_t any = 0;
    for (const uint64_t word : words_) any |= word;
    return any == 0;
  }

 private:
  friend class AtomicEventKinds;

  static constexpr int kWords = (kEventKindCount + 63) / 64;
  static constexpr int Word(EventKind kind) { return static_cast<int>(kind) / 64; }
  static constexpr uint64_t Bit(EventKind kind) {
    return uint64_t{1} << (static_cast<int>(kind) % 64);
  }

  uint64_t words_[kWords] = {};
};

// One that may be looked at while it is set.
class AtomicEventKinds {
 public:
  void Set(const EventKinds& kinds) {
    for (int i = 0; i < EventKinds::kWords; ++i) {
      words_[i].store(kinds.words_[i], std::memory_order_relaxed);
    }
  }
  bool Has(EventKind kind) const {
    return (words_[EventKinds::Word(kind)].load(std::memory_order_relaxed) &
            EventKinds::Bit(kind)) != 0;
  }
  bool any() const {
    uint64_t any = 0;
    for (const std::atomic<uint64_t>& word : words_) any |= word.load(std::memory_order_relaxed);
    return any != 0;
  }

 private:
  std::atomic<uint64_t> words_[EventKinds::kWords] = {};
};

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_EVENT_KINDS_H_
