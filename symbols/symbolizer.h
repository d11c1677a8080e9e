// symbols/symbolizer.h
//
// What lies at an address of this process: for code the function, with file and line; for data the
// variable. Known from the symbol tables and the debug information of the program and of the shared
// objects loaded so far. A file is read when one of its addresses is first asked for; nothing here
// costs anything before that.
//
// Functions of this header may be called from every thread and every stack: lookups run on a stack
// of their own, since libdw needs more than half of a simulated thread's. Answers about code are
// cached by address and stay valid until the process ends, so a shared object that was asked about
// must stay loaded.
#ifndef DRYDOCK_SYMBOLS_SYMBOLIZER_H_
#define DRYDOCK_SYMBOLS_SYMBOLIZER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace drydock {

// One function that stands at an address of code.
struct CodeFrame {
  // Demangled, without the types of parameters: "drydock::Queue<int>::Push()"; a C function's name
  // as it is: "qsort". Empty if neither symbols nor debug information name it.
  std::string function;
  // From debug information; empty and 0 without. The path is as the compiler was given it.
  std::string file;
  int line = 0;
  // The function was inlined into the next frame's.
  bool inlined = false;
  // The path of the program or shared object, and the address within that file.
  std::string object;
  uint64_t offset = 0;
};

// The frame as reports write it: "Foo() (foo.cc:12)"; "Foo()" without debug information;
// "0x1234 in libfoo.so" without a name.
std::string FrameText(const CodeFrame& frame);

// The same without file and line: "Foo()".
std::string FunctionText(const CodeFrame& frame);

// The functions at an instruction, innermost first: those inlined there, then the one of the symbol
// table. Empty if the address belongs to no file. For a return address ask for the byte before it.
const std::vector<CodeFrame>& FramesAt(const void* instruction);

// The function of the symbol table alone, that is FramesAt().back() without file and line. Reads no
// debug information, which takes milliseconds for each file. Of no file: an empty `object`.
const CodeFrame& FunctionAt(const void* instruction);

// An address of no code that stands for an instruction of another process, such as the one that
// wrote a recorded trace: FramesAt() gives `frames`, innermost first and not empty. Never taken
// back.
const void* ForeignInstruction(std::vector<CodeFrame> frames);

// A global or static variable.
struct Global {
  std::string name;   // demangled; empty: there is none at that address
  size_t offset = 0;  // of the address in the variable, in bytes
  size_t size = 0;    // of the variable, in bytes
};

// The variable at an address, static ones in functions among them. Needs no debug information.
Global GlobalAt(const void* address);

}  // namespace drydock

#endif  // DRYDOCK_SYMBOLS_SYMBOLIZER_H_
