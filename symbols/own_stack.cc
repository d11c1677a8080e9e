// The one large stack. It is switched to and back by Boost.Context's fcontext, as the stacks of
// simulated threads are (scheduler/sim/fiber.h). AddressSanitizer is told of both switches.
// ThreadSanitizer would have to be told, too; but with it only host threads run, whose stacks are
// large enough.
#include "symbols/own_stack.h"

#include "absl/base/config.h"

#ifdef ABSL_HAVE_THREAD_SANITIZER

namespace drydock {

void OnOwnStack(absl::FunctionRef<void()> work) { work(); }

}  // namespace drydock

#else

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <boost/context/detail/fcontext.hpp>

#ifdef ABSL_HAVE_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace drydock {

namespace fcontext = boost::context::detail;

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

// The call in progress.
struct Call {
  absl::FunctionRef<void()> work;
  const void* caller_stack = nullptr;  // for AddressSanitizer
  size_t caller_stack_bytes = 0;
};

void Enter(fcontext::transfer_t caller) {
  auto* call = static_cast<Call*>(caller.data);
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(nullptr, &call->caller_stack, &call->caller_stack_bytes);
#endif
  call->work();
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(nullptr, call->caller_stack, call->caller_stack_bytes);
#endif
  fcontext::jump_fcontext(caller.fctx, nullptr);
}

}  // namespace

void OnOwnStack(absl::FunctionRef<void()> work) {
  Call call = {work};
  const fcontext::fcontext_t own =
      fcontext::make_fcontext(Stack() + kStackBytes, kStackBytes, &Enter);
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  void* fake_stack = nullptr;
  __sanitizer_start_switch_fiber(&fake_stack, Stack(), kStackBytes);
#endif
  fcontext::jump_fcontext(own, &call);
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
}

}  // namespace drydock

#endif
