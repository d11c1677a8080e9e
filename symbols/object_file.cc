// ELF symbols by libelf, debug information by libdw.
#include "symbols/object_file.h"

#include <dwarf.h>
#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "symbols/demangle.h"

namespace drydock {
namespace {

// The scopes that libdw returns as one block of malloc's.
class Scopes {
 public:
  Scopes() = default;
  Scopes(const Scopes&) = delete;
  Scopes& operator=(const Scopes&) = delete;
  ~Scopes() { std::free(dies_); }

  Dwarf_Die** data() { return &dies_; }
  Dwarf_Die& operator[](int i) { return dies_[i]; }

 private:
  Dwarf_Die* dies_ = nullptr;
};

// The path of a source file as the compiler was given it: clang and libdw put the directory of the
// compilation in front of a relative one.
std::string SourcePath(Dwarf_Die* unit, const char* path) {
  if (path == nullptr) return "";
  Dwarf_Attribute attribute;
  const char* directory = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
  absl::string_view text = path;
  if (directory != nullptr && absl::ConsumePrefix(&text, directory))
    absl::ConsumePrefix(&text, "/");
  absl::ConsumePrefix(&text, "./");
  return std::string(text);
}

// The declaration that a call of an inlined function, or a definition outside its class, refers to.
Dwarf_Die Declaration(Dwarf_Die die) {
  Dwarf_Attribute attribute;
  Dwarf_Die next;
  for (const int reference : {DW_AT_abstract_origin, DW_AT_specification}) {
    if (dwarf_formref_die(dwarf_attr(&die, reference, &attribute), &next) != nullptr) die = next;
  }
  return die;
}

bool IsCxx(Dwarf_Die* unit) {
  switch (dwarf_srclang(unit)) {
    case DW_LANG_C_plus_plus:
    case DW_LANG_C_plus_plus_03:
    case DW_LANG_C_plus_plus_11:
    case DW_LANG_C_plus_plus_14:
      return true;
    default:
      return false;
  }
}

// From the namespaces and classes around its declaration.
std::string QualifiedName(Dwarf_Die* unit, const Dwarf_Die& function) {
  Dwarf_Die declaration = Declaration(function);
  const char* name = dwarf_diename(&declaration);
  if (name == nullptr || !IsCxx(unit)) return name != nullptr ? name : "";
  std::string text = absl::StrCat(name, "()");
  Scopes scopes;
  const int count = dwarf_getscopes_die(&declaration, scopes.data());
  for (int i = 1; i < count; ++i) {
    const char* outer = dwarf_diename(&scopes[i]);
    switch (dwarf_tag(&scopes[i])) {
      case DW_TAG_namespace:
        if (outer == nullptr) outer = "(anonymous namespace)";
        break;
      case DW_TAG_class_type:
      case DW_TAG_structure_type:
      case DW_TAG_union_type:
        break;
      default:
        continue;
    }
    if (outer != nullptr) text = absl::StrCat(outer, "::", text);
  }
  return text;
}

std::string FunctionName(Dwarf_Die* unit, Dwarf_Die* function) {
  Dwarf_Attribute attribute;
  const char* name =
      dwarf_formstring(dwarf_attr_integrate(function, DW_AT_linkage_name, &attribute));
  // g++ writes none for a function that was inlined wherever it is called.
  return name != nullptr ? DemangledFunction(name) : QualifiedName(unit, *function);
}

// Where an inlined function was called; the attributes are of that call.
void ReadCallSite(Dwarf_Die* unit, Dwarf_Die* inlined, ObjectFile::Frame* caller) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  Dwarf_Files* files = nullptr;
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &value) == 0 &&
      dwarf_getsrcfiles(unit, &files, nullptr) == 0) {
    caller->file = SourcePath(unit, dwarf_filesrc(files, value, nullptr, nullptr));
  }
  if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &value) == 0) {
    caller->line = static_cast<int>(value);
  }
}

}  // namespace

ObjectFile::ObjectFile(const std::string& path) {
  elf_version(EV_CURRENT);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  elf_ = elf_begin(file, ELF_C_READ_MMAP, nullptr);
  ReadSymbols(SHT_SYMTAB);
  if (functions_.empty() && variables_.empty()) ReadSymbols(SHT_DYNSYM);
  // Of several names of one address the longest symbol's is taken, then the first in the alphabet:
  // the same in every run.
  const auto before = [](const Symbol& a, const Symbol& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    if (a.size != b.size) return a.size > b.size;
    return std::strcmp(a.name, b.name) < 0;
  };
  const auto same = [](const Symbol& a, const Symbol& b) { return a.begin == b.begin; };
  for (std::vector<Symbol>* symbols : {&functions_, &variables_}) {
    std::sort(symbols->begin(), symbols->end(), before);
    symbols->erase(std::unique(symbols->begin(), symbols->end(), same), symbols->end());
  }
}

void ObjectFile::ReadSymbols(GElf_Word section_type) {
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf_, section)) != nullptr;) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr || header.sh_type != section_type) continue;
    Elf_Data* data = elf_getdata(section, nullptr);
    GElf_Sym symbol;
    for (int i = 0; gelf_getsym(data, i, &symbol) != nullptr; ++i) {
      if (symbol.st_shndx == SHN_UNDEF || symbol.st_size == 0) continue;
      const int type = GELF_ST_TYPE(symbol.st_info);
      std::vector<Symbol>* symbols = type == STT_FUNC || type == STT_GNU_IFUNC ? &functions_
                                     : type == STT_OBJECT                      ? &variables_
                                                                               : nullptr;
      const char* name = elf_strptr(elf_, header.sh_link, symbol.st_name);
      if (symbols != nullptr && name != nullptr) {
        symbols->push_back({symbol.st_value, symbol.st_size, name});
      }
    }
  }
}

const ObjectFile::Symbol* ObjectFile::Find(const std::vector<Symbol>& symbols, uint64_t address) {
  auto after =
      std::upper_bound(symbols.begin(), symbols.end(), address,
                       [](uint64_t where, const Symbol& symbol) { return where < symbol.begin; });
  if (after == symbols.begin()) return nullptr;
  const Symbol& symbol = *--after;
  return address - symbol.begin < symbol.size ? &symbol : nullptr;
}

bool ObjectFile::FindUnit(uint64_t instruction, Dwarf_Die* unit) {
  if (dwarf_addrdie(dwarf_, instruction, unit) != nullptr) return true;
  // The table which that uses, .debug_aranges, is not written by clang.
  Dwarf_Off next = 0;
  size_t header_bytes = 0;
  for (Dwarf_Off at = 0;
       dwarf_nextcu(dwarf_, at, &next, &header_bytes, nullptr, nullptr, nullptr) == 0; at = next) {
    if (dwarf_offdie(dwarf_, at + header_bytes, unit) != nullptr &&
        dwarf_haspc(unit, instruction) > 0) {
      return true;
    }
  }
  return false;
}

std::vector<ObjectFile::Frame> ObjectFile::Frames(uint64_t instruction) {
  if (!dwarf_opened_) {
    dwarf_ = dwarf_begin_elf(elf_, DWARF_C_READ, nullptr);
    dwarf_opened_ = true;
  }
  Dwarf_Die unit;
  if (dwarf_ == nullptr || !FindUnit(instruction, &unit)) return {};

  // Where the instruction itself stands; outer functions stand where the inner ones are called.
  Frame frame;
  if (Dwarf_Line* line = dwarf_getsrc_die(&unit, instruction); line != nullptr) {
    frame.file = SourcePath(&unit, dwarf_linesrc(line, nullptr, nullptr));
    dwarf_lineno(line, &frame.line);
  }

  // The scopes of an address go on from the first inlined function with where that is defined;
  // those of the innermost scope are all around it, out to the function that has the code.
  Scopes at_instruction;
  Scopes scopes;
  int count = 0;
  if (dwarf_getscopes(&unit, instruction, at_instruction.data()) > 0) {
    count = dwarf_getscopes_die(&at_instruction[0], scopes.data());
  }
  std::vector<Frame> frames;
  for (int i = 0; i < count; ++i) {
    const int tag = dwarf_tag(&scopes[i]);
    if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram) continue;
    frame.function = FunctionName(&unit, &scopes[i]);
    frames.push_back(frame);
    if (tag == DW_TAG_subprogram) break;
    frame = Frame();
    ReadCallSite(&unit, &scopes[i], &frame);
  }
  if (frames.empty() && frame.line != 0) frames.push_back(frame);
  return frames;
}

}  // namespace drydock
