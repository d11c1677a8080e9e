// libkern/symbol_pool.h
//
// The symbols of a boot, by their text.
#ifndef DRYDOCK_LIBKERN_SYMBOL_POOL_H_
#define DRYDOCK_LIBKERN_SYMBOL_POOL_H_

#include "absl/strings/string_view.h"

class OSSymbol;

namespace drydock {

// The symbol of this text, not retained; null if there is none. Outside of an AtomicSection another
// thread may free the symbol at any time: the caller may compare the pointer but not follow it.
OSSymbol* FindSymbol(absl::string_view text);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_SYMBOL_POOL_H_
