// symbols/object_file.h
//
// One ELF file, the program or a shared object: its symbols by address, and what its debug
// information (if any) says about an instruction. Addresses are the file's own.
#ifndef DRYDOCK_SYMBOLS_OBJECT_FILE_H_
#define DRYDOCK_SYMBOLS_OBJECT_FILE_H_

#include <elfutils/libdw.h>

#include <cstdint>
#include <string>
#include <vector>

namespace drydock {

// Not thread-safe. The file stays open for as long as the process runs: objects are never
// destroyed.
class ObjectFile {
 public:
  struct Symbol {
    uint64_t begin = 0;
    uint64_t size = 0;
    const char* name = "";  // mangled; the file's
  };

  // A function that was called at `file`:`line`, or, for the innermost, stands there.
  struct Frame {
    std::string function;  // demangled; empty: not named by the debug information
    std::string file;
    int line = 0;
  };

  // Reads the symbol table: .symtab, or .dynsym of a stripped file. A file that cannot be read has
  // no symbols and no debug information.
  explicit ObjectFile(const std::string& path);

  ObjectFile(const ObjectFile&) = delete;
  ObjectFile& operator=(const ObjectFile&) = delete;

  // The function or variable that contains the address, or null.
  const Symbol* Function(uint64_t address) const { return Find(functions_, address); }
  const Symbol* Variable(uint64_t address) const { return Find(variables_, address); }

  // The functions inlined at an instruction, innermost first, and the one that contains them all,
  // last. Empty without debug information. Needs 200 KiB of stack.
  std::vector<Frame> Frames(uint64_t instruction);

 private:
  static const Symbol* Find(const std::vector<Symbol>& symbols, uint64_t address);
  void ReadSymbols(GElf_Word section_type);
  // The unit of compilation that an instruction belongs to; false: there is none.
  bool FindUnit(uint64_t instruction, Dwarf_Die* unit);

  Elf* elf_ = nullptr;
  Dwarf* dwarf_ = nullptr;  // null without debug information
  bool dwarf_opened_ = false;
  std::vector<Symbol> functions_;  // by address
  std::vector<Symbol> variables_;  // by address
};

}  // namespace drydock

#endif  // DRYDOCK_SYMBOLS_OBJECT_FILE_H_
