// Turns faults of simulated code into panics of the simulated kernel.
#include "scheduler/sim/crash.h"

#include <signal.h>
#include <ucontext.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <exception>

#include "absl/strings/str_cat.h"
#include "scheduler/kernel/panic.h"
#include "scheduler/sim/machine.h"
#include "trace/names.h"

namespace drydock::sim {
namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// The fault being handled.
struct Fault {
  int signal;
  uintptr_t address;  // that was touched
  const void* code;   // that did it
  const void* frame;
};
Fault fault;

// Stacks: of the handler, and of the code that ends the run, since the faulting one may be used up.
alignas(16) std::array<char, 64 * 1024> signal_stack;
alignas(16) std::array<char, 256 * 1024> last_stack;

// The fault in words. Not the address itself, which differs from run to run.
const char* What() {
  switch (fault.signal) {
    case SIGFPE:
      return "a division by zero";
    case SIGILL:
      return "an illegal instruction";
    case SIGABRT:
      return "abort() was called";
    default:
      break;
  }
  constexpr uintptr_t kPage = 4096;
  if (FiberPool::Get().InGuardPage(reinterpret_cast<const void*>(fault.address))) {
    static_assert(FiberPool::kStackBytes == 256 * 1024);
    return "the thread's stack of 256 KiB is used up";
  }
  if (fault.address >= kPage) return "a fault at an address that is not mapped";
  return trace::Intern(absl::StrCat("a fault at address ", fault.address, ": a null pointer"));
}

// Runs in place of the code that faulted.
[[noreturn]] void GoOn() { machine->StopByFault(What(), fault.code, fault.frame); }

void OnSignal(int signal, siginfo_t* info, void* context) {
  if (machine == nullptr || !machine->OnFiber()) {
    // Not simulated code: the fault ends the process as if this handler were not installed.
    ::signal(signal, SIG_DFL);
    raise(signal);
    return;
  }
  auto& machine_context = static_cast<ucontext_t*>(context)->uc_mcontext;
  fault.signal = signal;
  fault.address = reinterpret_cast<uintptr_t>(info->si_addr);
  char* top = last_stack.data() + last_stack.size();
#if defined(__x86_64__)
  auto& registers = machine_context.gregs;
  fault.code = reinterpret_cast<const void*>(registers[REG_RIP]);
  fault.frame = reinterpret_cast<const void*>(registers[REG_RBP]);
  // As after a call: the return address would lie at a multiple of 16, less 8.
  registers[REG_RSP] = reinterpret_cast<greg_t>(top - 8);
  registers[REG_RIP] = reinterpret_cast<greg_t>(&GoOn);
#elif defined(__aarch64__)
  fault.code = reinterpret_cast<const void*>(machine_context.pc);
  fault.frame = reinterpret_cast<const void*>(machine_context.regs[29]);
  machine_context.sp = reinterpret_cast<uint64_t>(top);
  machine_context.pc = reinterpret_cast<uint64_t>(&GoOn);
#else
#error "unknown processor"
#endif
}

[[noreturn]] void OnTerminate() {
  if (machine == nullptr || !machine->OnFiber()) std::abort();
  if (const std::exception_ptr exception = std::current_exception()) {
    try {
      std::rethrow_exception(exception);
    } catch (const std::exception& e) {
      kernel::Panic("an uncaught exception: ", e.what());
    } catch (...) {
      kernel::Panic("an uncaught exception");
    }
  }
  kernel::Panic("std::terminate was called");
}

void Install() {
  stack_t stack = {};
  stack.ss_sp = signal_stack.data();
  stack.ss_size = signal_stack.size();
  sigaltstack(&stack, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = &OnSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (const int signal : kSignals) sigaction(signal, &action, nullptr);
  std::set_terminate(&OnTerminate);
}

}  // namespace

void PanicOnFaults() {
#if !defined(__SANITIZE_ADDRESS__)
  static bool installed = false;
  if (installed) return;
  installed = true;
  Install();
#endif
}

}  // namespace drydock::sim
