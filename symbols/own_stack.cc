// The one large stack, and the way to it and back (ucontext: two system calls matter to nobody
// here). AddressSanitizer is told of both switches. ThreadSanitizer would have to be, too, but
// under
// --config=tsan only host threads run, whose stacks are large.
#include "symbols/own_stack.h"

#include "absl/base/config.h"

#ifdef ABSL_HAVE_THREAD_SANITIZER

namespace drydock {

void OnOwnStack(absl::FunctionRef<void()> work) { work(); }

}  // namespace drydock

#else

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#ifdef ABSL_HAVE_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace drydock {
namespace {

constexpr size_t kStackBytes = 1024 * 1024;

// Mapped lazily by the host's kernel, above a guard page. Kept until the process ends.
char* Stack() {
  static char* const stack = [] {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void* memory = mmap(nullptr, kStackBytes + page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0) {
      std::perror("drydock: no memory for the stack of symbol lookups");
      std::abort();
    }
    return static_cast<char*>(memory) + page;
  }();
  return stack;
}

// The call in progress. makecontext passes only ints.
struct Call {
  const absl::FunctionRef<void()>* work = nullptr;
  const void* caller_stack = nullptr;  // for AddressSanitizer
  size_t caller_stack_bytes = 0;
};
Call call;

void Enter() {
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(nullptr, &call.caller_stack, &call.caller_stack_bytes);
#endif
  (*call.work)();
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(nullptr, call.caller_stack, call.caller_stack_bytes);
#endif
}

}  // namespace

void OnOwnStack(absl::FunctionRef<void()> work) {
  ucontext_t caller;
  ucontext_t own;
  getcontext(&own);
  own.uc_stack.ss_sp = Stack();
  own.uc_stack.ss_size = kStackBytes;
  own.uc_link = &caller;
  call.work = &work;
  makecontext(&own, &Enter, 0);
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, Stack(), kStackBytes);
#endif
  swapcontext(&caller, &own);
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
}

}  // namespace drydock

#endif
