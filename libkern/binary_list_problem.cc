// What is wrong with a binary property list.
#include "libkern/binary_list_problem.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libkern/list_limits.h"

namespace drydock {
namespace {

constexpr uint64_t kMaxObjects = 1 << 20;
constexpr char kTooDeep[] = "nested too deeply";
constexpr char kBadBinary[] = "not a well-formed binary list";

uint64_t BigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

// The objects of a binary list and what they refer to. It ends with 32 bytes: the widths of an
// offset and of a reference in bytes 6 and 7; then, of eight bytes each, how many objects there
// are, which is the outermost, and where the table of their offsets is.
class BinaryList {
 public:
  explicit BinaryList(absl::string_view list) : list_(list) {}

  std::string Problem() {
    if (list_.size() < 40) return kBadBinary;
    const absl::string_view trailer = list_.substr(list_.size() - 32);
    offset_width_ = static_cast<unsigned char>(trailer[6]);
    reference_width_ = static_cast<unsigned char>(trailer[7]);
    const uint64_t count = BigEndian(trailer.substr(8, 8));
    const uint64_t top = BigEndian(trailer.substr(16, 8));
    table_ = BigEndian(trailer.substr(24, 8));
    const auto width_is_odd = [](size_t width) { return width < 1 || width > 8; };
    if (width_is_odd(offset_width_) || width_is_odd(reference_width_)) return kBadBinary;
    if (count > kMaxObjects) return absl::StrCat("more than ", kMaxObjects, " objects");
    if (table_ > list_.size() || count * offset_width_ > list_.size() - table_) return kBadBinary;
    objects_.resize(count);
    return Visit(top, 1);
  }

 private:
  struct Object {
    uint64_t size = 0;  // of all below it written out, itself included; 0: not known yet
    int height = 0;     // of dictionaries and arrays below it, itself included
    bool entered = false;
  };

  // Recurses as deep as the limit at most.
  std::string Visit(uint64_t index, int depth) {
    if (index >= objects_.size()) return kBadBinary;
    Object& object = objects_[index];
    if (object.entered) return "a collection is in itself";
    if (object.size == 0) {
      uint64_t at, references;
      if (!Collection(index, &at, &references)) return kBadBinary;
      object.size = 1;
      if (at != 0) {
        if (depth > int{kMaxListDepth}) return kTooDeep;
        object.height = 1;
        object.entered = true;
        for (uint64_t i = 0; i < references; ++i, at += reference_width_) {
          const uint64_t item = BigEndian(list_.substr(at, reference_width_));
          std::string problem = Visit(item, depth + 1);
          if (!problem.empty()) return problem;
          object.size += objects_[item].size;
          object.height = std::max(object.height, objects_[item].height + 1);
          if (object.size > kMaxObjects) {
            return absl::StrCat("more than ", kMaxObjects, " objects when written out");
          }
        }
        object.entered = false;
      }
    }
    return depth - 1 + object.height > int{kMaxListDepth} ? kTooDeep : "";
  }

  // Where an object's references are and how many; at 0 if it is no collection. False if they are
  // not in the list.
  bool Collection(uint64_t index, uint64_t* at, uint64_t* references) const {
    const uint64_t object = BigEndian(list_.substr(table_ + index * offset_width_, offset_width_));
    if (object >= list_.size()) return false;
    const auto marker = static_cast<unsigned char>(list_[object]);
    const int type = marker >> 4;
    *at = 0;
    if (type < 0xa || type == 0xb || type > 0xd) return true;
    *at = object + 1;
    *references = marker & 0xf;
    if (*references == 0xf) {
      // The count is an integer object of its own.
      if (*at >= list_.size()) return false;
      const size_t width = size_t{1} << (static_cast<unsigned char>(list_[*at]) & 0xf);
      if (width > 8 || list_.size() - *at - 1 < width) return false;
      *references = BigEndian(list_.substr(*at + 1, width));
      *at += 1 + width;
    }
    if (*references > list_.size()) return false;
    if (type == 0xd) *references *= 2;  // keys, then values
    return *at <= list_.size() && *references * reference_width_ <= list_.size() - *at;
  }

  const absl::string_view list_;
  size_t offset_width_ = 0;
  size_t reference_width_ = 0;
  uint64_t table_ = 0;
  std::vector<Object> objects_;
};

}  // namespace

std::string BinaryListProblem(absl::string_view binary) { return BinaryList(binary).Problem(); }

}  // namespace drydock
