// The ranges of memory that hold variables of the program.
#include "scheduler/kernel/memory.h"

#include <algorithm>
#include <vector>

// Where the linker has put the program.
extern "C" const char __executable_start[];
extern "C" const char end[];

namespace drydock::kernel {
namespace {

struct Range {
  bool Has(const char* address) const { return address >= from && address < to; }
  const char* from;
  const char* to;
};

// Leaked on purpose.
std::vector<Range>& Variables() {
  static auto* ranges = new std::vector<Range>{{__executable_start, end}};
  return *ranges;
}

}  // namespace

int internal::memory_watchers = 0;
bool internal::has_hooked_code = false;

bool internal::IsVariable(const void* address) {
  return std::any_of(Variables().begin(), Variables().end(), [address](const Range& range) {
    return range.Has(static_cast<const char*>(address));
  });
}

void AddVariables(const void* begin, size_t bytes) {
  const auto* const from = static_cast<const char*>(begin);
  Variables().push_back({from, from + bytes});
}

}  // namespace drydock::kernel
