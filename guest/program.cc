// Loads a guest program and finds its writable globals in its program headers.
#include "guest/program.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "scheduler/kernel/memory.h"

namespace drydock::guest {

absl::StatusOr<Program> Program::Load(const std::string& path) {
  void* loaded = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr) return absl::InvalidArgumentError(dlerror());
  Program program;
  program.main_ = reinterpret_cast<int (*)(int, char**)>(dlsym(loaded, "main"));
  if (program.main_ == nullptr) return absl::InvalidArgumentError(path + " has no main");

  // Without hooks the program is not run. AddressSanitizer, under which there are no hooks, would
  // report the copying of the redzones between globals.
  if (!kernel::HasHookedCode()) return program;

  // The writable segments of the file, without the part that the loader made read-only after
  // relocation.
  struct Search {
    const link_map* map;
    std::vector<Globals>* globals;
  };
  link_map* map = nullptr;
  dlinfo(loaded, RTLD_DI_LINKMAP, &map);
  Search search = {map, &program.globals_};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* argument) {
        const auto& search = *static_cast<Search*>(argument);
        if (info->dlpi_addr != search.map->l_addr) return 0;
        uintptr_t constant_until = 0;
        const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& header = info->dlpi_phdr[i];
          if (header.p_type != PT_GNU_RELRO) continue;
          constant_until = (info->dlpi_addr + header.p_vaddr + header.p_memsz) / page * page;
        }
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& header = info->dlpi_phdr[i];
          if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
          const uintptr_t end = info->dlpi_addr + header.p_vaddr + header.p_memsz;
          const uintptr_t begin = std::max(info->dlpi_addr + header.p_vaddr, constant_until);
          if (begin >= end) continue;
          auto* from = reinterpret_cast<char*>(begin);
          search.globals->push_back({from, std::vector<char>(from, from + (end - begin))});
          kernel::AddVariables(from, end - begin);
        }
        return 1;
      },
      &search);
  return program;
}

void Program::ResetGlobals() const {
  for (const Globals& globals : globals_) {
    std::memcpy(globals.begin, globals.initially.data(), globals.initially.size());
  }
}

}  // namespace drydock::guest
