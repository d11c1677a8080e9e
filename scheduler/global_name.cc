#include "scheduler/global_name.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <vector>

namespace drydock {
namespace {

struct Variable {
  uintptr_t begin;  // in the file's own addresses
  uintptr_t size;
  const char* name;  // mangled
};

// A program or a shared object.
class ObjectFile {
 public:
  explicit ObjectFile(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(stream), {});
    const auto* header = At<ElfW(Ehdr)>(0);
    if (header == nullptr || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return;
    for (size_t i = 0; i < header->e_shnum; ++i) {
      const auto* section = At<ElfW(Shdr)>(header->e_shoff + i * sizeof(ElfW(Shdr)));
      if (section == nullptr || section->sh_type != SHT_SYMTAB) continue;
      const auto* names = At<ElfW(Shdr)>(header->e_shoff + section->sh_link * sizeof(ElfW(Shdr)));
      if (names != nullptr) Read(*section, *names);
    }
    std::sort(variables_.begin(), variables_.end(),
              [](const Variable& a, const Variable& b) { return a.begin < b.begin; });
  }

  // By an address of the file's own; null if there is none.
  const Variable* Find(uintptr_t place, size_t* offset) const {
    auto after = std::upper_bound(
        variables_.begin(), variables_.end(), place,
        [](uintptr_t where, const Variable& variable) { return where < variable.begin; });
    if (after == variables_.begin()) return nullptr;
    const Variable& variable = *--after;
    *offset = place - variable.begin;
    return *offset < variable.size ? &variable : nullptr;
  }

 private:
  template <typename T>
  const T* At(size_t offset) const {
    return offset + sizeof(T) <= bytes_.size() ? reinterpret_cast<const T*>(bytes_.data() + offset)
                                               : nullptr;
  }

  void Read(const ElfW(Shdr) & symbols, const ElfW(Shdr) & names) {
    for (size_t at = 0; at + sizeof(ElfW(Sym)) <= symbols.sh_size; at += sizeof(ElfW(Sym))) {
      const auto* symbol = At<ElfW(Sym)>(symbols.sh_offset + at);
      if (symbol == nullptr) return;
      const bool variable = ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT && symbol->st_size > 0;
      const size_t name = names.sh_offset + symbol->st_name;
      if (!variable || name >= bytes_.size()) continue;
      variables_.push_back({symbol->st_value, symbol->st_size, bytes_.data() + name});
    }
  }

  std::string bytes_;
  std::vector<Variable> variables_;  // by address
};

std::string Demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return text != nullptr ? text.get() : name;
}

}  // namespace

Global GlobalAt(const void* address) {
  static auto* const files = new std::map<std::string, ObjectFile>();  // leaked on purpose
  Dl_info info;
  link_map* loaded = nullptr;
  if (dladdr1(address, &info, reinterpret_cast<void**>(&loaded), RTLD_DL_LINKMAP) == 0) return {};
  const std::string path = *loaded->l_name != '\0' ? loaded->l_name : "/proc/self/exe";
  const ObjectFile& file = files->try_emplace(path, path).first->second;
  Global global;
  const Variable* variable =
      file.Find(reinterpret_cast<uintptr_t>(address) - loaded->l_addr, &global.offset);
  if (variable != nullptr) global.name = Demangled(variable->name);
  return global;
}

}  // namespace drydock
