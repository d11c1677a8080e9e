// trace/digest.h
//
// A digest of a run, 64 bits: two runs with equal digests showed the same events in the same
// order. Strings count by content, so digests compare across processes and machines.
#ifndef DRYDOCK_TRACE_DIGEST_H_
#define DRYDOCK_TRACE_DIGEST_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "trace/observer.h"

namespace drydock::trace {

// FNV-1a over bytes, continuing from `hash`; the fingerprint used throughout Drydock.
inline constexpr uint64_t kFnvOffset = 0xcbf29ce484222325u;
uint64_t Fnv1a(absl::string_view bytes, uint64_t hash = kFnvOffset);

// One more word into a digest: one multiply per word instead of one per byte.
uint64_t Mix(uint64_t hash, uint64_t word);

class Digest : public Observer {
 public:
  void OnEvent(const Event& event) override;

  uint64_t value() const { return hash_; }
  uint64_t events() const { return events_; }

 private:
  uint64_t hash_ = kFnvOffset;
  uint64_t events_ = 0;
};

}  // namespace drydock::trace

#endif  // DRYDOCK_TRACE_DIGEST_H_
