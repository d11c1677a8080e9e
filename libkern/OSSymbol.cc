// OSSymbol: one object for each text, and the pool of them.
#include <libkern/c++/OSSymbol.h>

#include "absl/container/flat_hash_map.h"
#include "libkern/symbol_pool.h"
#include "scheduler/kernel/atomic_section.h"
#include "scheduler/kernel/per_boot.h"

#define super OSString
OSDefineMetaClassAndStructors(OSSymbol, OSString)

namespace {

// Keyed by each symbol's own text. The symbols may be freed before the pool is, at the end of the
// boot; its destructor does not touch them.
struct SymbolPool {
  SymbolPool() { symbols.reserve(256); }
  absl::flat_hash_map<absl::string_view, OSSymbol *> symbols;
};

drydock::kernel::PerBoot<SymbolPool> pool;

}  // namespace

namespace drydock {

OSSymbol *FindSymbol(absl::string_view text) {
  const kernel::AtomicSection section;
  const auto found = pool->symbols.find(text);
  return found == pool->symbols.end() ? nullptr : found->second;
}

}  // namespace drydock

// Looking a symbol up and retaining it must be one step: between the two another thread could
// release its last reference.
OSSymbol *OSSymbol::intern(const char *text, bool copy) {
  if (text == nullptr) return nullptr;
  const drydock::kernel::AtomicSection section;
  if (OSSymbol *const existing = drydock::FindSymbol(text)) {
    existing->retainAtOnce(nullptr);
    return existing;
  }
  auto *symbol = new OSSymbol;
  const bool ok = copy ? symbol->OSString::initWithCString(text)
                       : symbol->OSString::initWithCStringNoCopy(text);
  if (!ok) {
    symbol->release();
    return nullptr;
  }
  pool->symbols.emplace(absl::string_view(symbol->string, symbol->length), symbol);
  return symbol;
}

OSPtr<const OSSymbol> OSSymbol::withString(const OSString *aString) {
  return aString == nullptr ? nullptr : intern(aString->getCStringNoCopy(), /*copy=*/true);
}

OSPtr<const OSSymbol> OSSymbol::withCString(const char *cString) {
  return intern(cString, /*copy=*/true);
}

OSPtr<const OSSymbol> OSSymbol::withCStringNoCopy(const char *cString) {
  return intern(cString, /*copy=*/false);
}

OSPtr<const OSSymbol> OSSymbol::existingSymbolForString(const OSString *aString) {
  return aString == nullptr ? nullptr : existingSymbolForCString(aString->getCStringNoCopy());
}

OSPtr<const OSSymbol> OSSymbol::existingSymbolForCString(const char *aCString) {
  if (aCString == nullptr) return nullptr;
  const drydock::kernel::AtomicSection section;
  OSSymbol *const existing = drydock::FindSymbol(aCString);
  if (existing != nullptr) existing->retainAtOnce(nullptr);
  return existing;
}

void OSSymbol::free() {
  if (string != nullptr) {
    // One of another boot, or whose init failed, is not in the pool.
    const auto found = pool->symbols.find(absl::string_view(string, length));
    if (found != pool->symbols.end() && found->second == this) pool->symbols.erase(found);
  }
  super::free();
}

void OSSymbol::taggedRetain(const void *tag) const { retainAtOnce(tag); }

void OSSymbol::taggedRelease(const void *tag, const int freeWhen) const {
  // The last release takes it out of the pool.
  const drydock::kernel::AtomicSection section;
  releaseAtOnce(tag, freeWhen);
}

bool OSSymbol::isEqualTo(const OSSymbol *aSymbol) const { return this == aSymbol; }

bool OSSymbol::isEqualTo(const OSMetaClassBase *anObject) const {
  if (const auto *symbol = OSDynamicCast(OSSymbol, anObject)) return this == symbol;
  return super::isEqualTo(anObject);
}

bool OSSymbol::initWithString(const OSString *) { return false; }

bool OSSymbol::initWithCString(const char *) { return false; }

bool OSSymbol::initWithCStringNoCopy(const char *) { return false; }

bool OSSymbol::setChar(char, unsigned int) { return false; }
