// libkern/symbol_pool.h
//
// The symbols of a boot, by their text.
#ifndef DRYDOCK_LIBKERN_SYMBOL_POOL_H_
#define DRYDOCK_LIBKERN_SYMBOL_POOL_H_

#include "absl/strings/string_view.h"

class OSSymbol;

namespace drydock {

// The symbol of this text, not retained; null if there is none. Without an AtomicSection around it
// the symbol may be gone by now, and be good only to be compared with others.
OSSymbol* FindSymbol(absl::string_view text);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_SYMBOL_POOL_H_
