// The printed form of schedules (docs/schedule.md).
#include "scheduler/schedule.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "trace/digest.h"

namespace drydock {
namespace {

constexpr absl::string_view kFormat = "dd1";
constexpr absl::string_view kTimeless = "timeless";
constexpr uint64_t kMaxAlternatives = 1 << 16;
constexpr uint64_t kMaxQuestions = uint64_t{1} << 40;

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("not a schedule: ", what));
}

void PutVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

bool GetVarint(absl::string_view* in, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && !in->empty(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(in->front());
    in->remove_prefix(1);
    *value |= uint64_t{byte & 0x7fu} << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

int BitsFor(uint32_t alternatives) {
  int bits = 0;
  while ((uint64_t{1} << bits) < alternatives) ++bits;
  return bits;
}

using Repeats = absl::Span<const Schedule::Repeat>;

// Each repeat of an answer other than 0: how many zeros before it, the answer, its count. The
// zeros at the end follow from the segment's length.
std::string Sparse(Repeats repeats) {
  std::string out;
  uint64_t zeros = 0;
  for (const Schedule::Repeat& repeat : repeats) {
    if (repeat.choice == 0) {
      zeros += repeat.count;
      continue;
    }
    PutVarint(zeros, &out);
    PutVarint(repeat.choice, &out);
    PutVarint(repeat.count, &out);
    zeros = 0;
  }
  return out;
}

// Every answer in as many bits as the number of alternatives needs, lowest bit first.
std::string Dense(Repeats repeats, int bits) {
  std::string out;
  uint32_t buffer = 0;
  int filled = 0;
  for (const Schedule::Repeat& repeat : repeats) {
    for (uint64_t i = 0; i < repeat.count; ++i) {
      buffer |= repeat.choice << filled;
      filled += bits;
      while (filled >= 8) {
        out.push_back(static_cast<char>(buffer));
        buffer >>= 8;
        filled -= 8;
      }
    }
  }
  if (filled > 0) out.push_back(static_cast<char>(buffer));
  return out;
}

bool ReadSparse(absl::string_view body, uint32_t alternatives, uint64_t length,
                Schedule* schedule) {
  while (!body.empty()) {
    uint64_t zeros, choice, count;
    if (!GetVarint(&body, &zeros) || !GetVarint(&body, &choice) || !GetVarint(&body, &count)) {
      return false;
    }
    if (choice == 0 || choice >= alternatives || count == 0) return false;
    if (zeros > length || count > length - zeros) return false;
    schedule->Append(alternatives, 0, zeros);
    schedule->Append(alternatives, static_cast<uint32_t>(choice), count);
    length -= zeros + count;
  }
  schedule->Append(alternatives, 0, length);
  return true;
}

bool ReadDense(absl::string_view body, uint32_t alternatives, uint64_t length, Schedule* schedule) {
  const int bits = BitsFor(alternatives);
  if (body.size() != (length * bits + 7) / 8) return false;
  uint32_t buffer = 0;
  int filled = 0;
  size_t next = 0;
  for (uint64_t i = 0; i < length; ++i) {
    while (filled < bits) {
      buffer |= uint32_t{static_cast<uint8_t>(body[next++])} << filled;
      filled += 8;
    }
    const uint32_t choice = buffer & ((1u << bits) - 1);
    if (choice >= alternatives) return false;
    schedule->Append(alternatives, choice);
    buffer >>= bits;
    filled -= bits;
  }
  return buffer == 0;
}

}  // namespace

uint64_t Schedule::deviations() const {
  uint64_t deviations = 0;
  for (const Repeat& repeat : repeats()) {
    if (repeat.choice != 0) deviations += repeat.count;
  }
  return deviations;
}

uint64_t Schedule::Digest() const {
  uint64_t digest = trace::Mix(fingerprint_, seed_);
  for (const Repeat& repeat : repeats()) {
    constexpr uint64_t kOdd = 0x9e3779b97f4a7c15u;
    digest = trace::Mix(
        digest, (uint64_t{repeat.alternatives} << 32 | repeat.choice) * kOdd + repeat.count);
  }
  return digest;
}

std::string Schedule::ToString() const {
  std::string payload;
  const Repeats all = repeats();
  for (size_t begin = 0; begin < all.size();) {
    // A segment: all neighbouring questions with the same number of alternatives.
    size_t end = begin;
    uint64_t length = 0;
    for (; end < all.size() && all[end].alternatives == all[begin].alternatives; ++end) {
      length += all[end].count;
    }
    const Repeats segment = all.subspan(begin, end - begin);
    const int bits = BitsFor(all[begin].alternatives);
    std::string body = Sparse(segment);
    bool dense = false;
    if ((length * bits + 7) / 8 < body.size()) {
      body = Dense(segment, bits);
      dense = true;
    }
    PutVarint(uint64_t{all[begin].alternatives} << 1 | (dense ? 1 : 0), &payload);
    PutVarint(length, &payload);
    PutVarint(body.size(), &payload);
    payload += body;
    begin = end;
  }
  const std::string how = timeless_   ? absl::StrCat(".", kTimeless)
                          : seed_ > 0 ? absl::StrFormat(".%016x", seed_)
                                      : "";
  return absl::StrFormat("%s-%016x%s-%s", kFormat, fingerprint_, how,
                         absl::WebSafeBase64Escape(payload));
}

absl::StatusOr<Schedule> Schedule::Parse(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('-', 2));
  if (parts.size() != 3) return Malformed("expected dd1-<fingerprint>-<payload>");
  if (parts[0] != kFormat) {
    return Malformed(
        absl::StrCat("format '", parts[0].substr(0, 20), "' is not known, only ", kFormat));
  }
  const std::pair<absl::string_view, absl::string_view> head =
      absl::StrSplit(parts[1], absl::MaxSplits('.', 1));
  uint64_t fingerprint;
  if (head.first.size() != 16 || !absl::SimpleHexAtoi(head.first, &fingerprint)) {
    return Malformed("the fingerprint is not 16 hex digits");
  }
  const bool timeless = head.second == kTimeless;
  uint64_t seed = 0;
  if (!timeless && !head.second.empty() &&
      (head.second.size() != 16 || !absl::SimpleHexAtoi(head.second, &seed))) {
    return Malformed("the seed is not 16 hex digits");
  }
  std::string payload;
  if (!absl::WebSafeBase64Unescape(parts[2], &payload)) {
    return Malformed("the payload is not base64url");
  }
  Schedule schedule(fingerprint, seed);
  if (timeless) schedule.set_timeless();
  absl::string_view in = payload;
  while (!in.empty()) {
    uint64_t kind, length, size;
    if (!GetVarint(&in, &kind) || !GetVarint(&in, &length) || !GetVarint(&in, &size) ||
        size > in.size()) {
      return Malformed("the payload is cut short");
    }
    const uint64_t alternatives = kind >> 1;
    if (alternatives < 2 || alternatives > kMaxAlternatives || length == 0 ||
        length > kMaxQuestions) {
      return Malformed("a question with an impossible number of alternatives");
    }
    const absl::string_view body = in.substr(0, size);
    in.remove_prefix(size);
    const auto read = (kind & 1) != 0 ? ReadDense : ReadSparse;
    if (!read(body, static_cast<uint32_t>(alternatives), length, &schedule)) {
      return Malformed("an answer that is not among the alternatives");
    }
  }
  // One schedule has one text; any other text was not written by ToString.
  if (schedule.ToString() != text) return Malformed("the payload is not in canonical form");
  return schedule;
}

}  // namespace drydock
