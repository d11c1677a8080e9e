// The digest of a run, and the hash functions used throughout Drydock.
#include "trace/digest.h"

namespace drydock::trace {

// (The finaliser of splitmix64.)
uint64_t Mix(uint64_t hash, uint64_t word) {
  uint64_t z = (hash ^ word) + 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint64_t Fnv1a(absl::string_view bytes, uint64_t hash) {
  for (char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

void Digest::OnEvent(const Event& event) {
  if (event.kind == EventKind::kMisuse && event.value == 1) return;  // a checker's
  ++events_;
  hash_ = Mix(hash_, event.time_ns);
  hash_ = Mix(hash_, uint64_t{static_cast<uint8_t>(event.kind)} |
                         uint64_t{static_cast<uint8_t>(event.context)} << 8 |
                         uint64_t{event.cpu} << 16 | uint64_t{event.priority} << 24 |
                         uint64_t{event.thread} << 32);
  hash_ = Mix(hash_, uint64_t{event.object} | uint64_t{event.other} << 32);
  // Which of the host's addresses are equal is up to its allocator, where a test waits for memory
  // of its own: which waits are for the same event is for reports only.
  const bool is_wait = event.kind == EventKind::kWaitFor || event.kind == EventKind::kWakeup;
  hash_ = Mix(hash_, is_wait ? 0 : event.value);
  hash_ = Mix(hash_, Fnv1a(event.name));
  hash_ = Mix(hash_, Fnv1a(event.detail));
}

}  // namespace drydock::trace
