// tests/symbols/probe.h
//
// Addresses in the middle of functions.
#ifndef DRYDOCK_TESTS_SYMBOLS_PROBE_H_
#define DRYDOCK_TESTS_SYMBOLS_PROBE_H_

// The last byte of the call of this function: an instruction of the caller, or of what is inlined
// there.
[[gnu::noinline]] static const char* CallOfThis() {
  return static_cast<const char*>(__builtin_return_address(0)) - 1;
}

#endif  // DRYDOCK_TESTS_SYMBOLS_PROBE_H_
