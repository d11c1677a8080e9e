// Finds the file that an address belongs to, asks it, and keeps the answers.
#include "symbols/symbolizer.h"

#include <limits.h>
#include <link.h>
#include <unistd.h>

#include <mutex>
#include <utility>

#include "absl/container/node_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "symbols/demangle.h"
#include "symbols/object_file.h"
#include "symbols/own_stack.h"
#include "trace/parallel_lock.h"

namespace drydock {
namespace {

constexpr char kProgram[] = "/proc/self/exe";

// What the dynamic loader says about an address.
struct LoadedAt {
  uintptr_t address = 0;
  // The file that was loaded there, and the address in it; empty: none.
  std::string path;
  uint64_t offset = 0;
};

LoadedAt FindLoaded(const void* address) {
  LoadedAt found;
  found.address = reinterpret_cast<uintptr_t>(address);
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* argument) {
        auto* found = static_cast<LoadedAt*>(argument);
        const uintptr_t offset = found->address - info->dlpi_addr;
        for (int i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& header = info->dlpi_phdr[i];
          if (header.p_type != PT_LOAD || offset - header.p_vaddr >= header.p_memsz) continue;
          // The program itself is listed without a name.
          found->path = *info->dlpi_name != '\0' ? info->dlpi_name : kProgram;
          found->offset = offset;
          return 1;
        }
        return 0;
      },
      &found);
  return found;
}

// The path of a loaded file, for reports.
std::string ShownPath(const std::string& path) {
  char target[PATH_MAX];
  if (path != kProgram) return path;
  const ssize_t bytes = readlink(kProgram, target, sizeof(target));
  return bytes > 0 ? std::string(target, static_cast<size_t>(bytes)) : path;
}

// Leaked on purpose: reports are also written while the process ends.
struct Symbolizer {
  trace::ParallelLock lock;                            // guards the rest, and OnOwnStack
  absl::node_hash_map<std::string, ObjectFile> files;  // by path
  absl::node_hash_map<const void*, CodeFrame> functions;
  absl::node_hash_map<const void*, std::vector<CodeFrame>> frames;

  static Symbolizer& Get() {
    static auto* symbolizer = new Symbolizer();
    return *symbolizer;
  }

  ObjectFile& FileOf(const LoadedAt& loaded) {
    return files.try_emplace(loaded.path, loaded.path).first->second;
  }

  CodeFrame Function(const LoadedAt& loaded) {
    CodeFrame frame;
    if (loaded.path.empty()) return frame;
    frame.object = ShownPath(loaded.path);
    frame.offset = loaded.offset;
    const ObjectFile::Symbol* symbol = FileOf(loaded).Function(loaded.offset);
    if (symbol != nullptr) frame.function = DemangledFunction(symbol->name);
    return frame;
  }

  std::vector<CodeFrame> Frames(const LoadedAt& loaded) {
    if (loaded.path.empty()) return {};
    const CodeFrame function = Function(loaded);
    std::vector<CodeFrame> frames;
    for (ObjectFile::Frame& known : FileOf(loaded).Frames(loaded.offset)) {
      frames.push_back(function);
      frames.back().function = std::move(known.function);
      frames.back().file = std::move(known.file);
      frames.back().line = known.line;
      frames.back().inlined = true;
    }
    if (frames.empty()) return {function};
    // The linker's name is the one that FunctionAt() gives.
    frames.back().inlined = false;
    if (!function.function.empty()) frames.back().function = function.function;
    return frames;
  }
};

// The answer of `cache` about an instruction; found by `find` when it is first asked for.
template <typename Answer>
const Answer& Cached(absl::node_hash_map<const void*, Answer>* cache, const void* instruction,
                     Answer (Symbolizer::*find)(const LoadedAt&)) {
  const auto [entry, is_new] = cache->try_emplace(instruction);
  if (is_new) {
    Answer& answer = entry->second;
    OnOwnStack([&] { answer = (Symbolizer::Get().*find)(FindLoaded(instruction)); });
  }
  return entry->second;
}

}  // namespace

std::string FunctionText(const CodeFrame& frame) {
  if (!frame.function.empty()) return frame.function;
  const size_t name = frame.object.rfind('/') + 1;
  return absl::StrFormat("0x%x in %s", frame.offset, frame.object.substr(name));
}

std::string FrameText(const CodeFrame& frame) {
  std::string text = FunctionText(frame);
  if (frame.line != 0) absl::StrAppend(&text, " (", frame.file, ":", frame.line, ")");
  return text;
}

const CodeFrame& FunctionAt(const void* instruction) {
  Symbolizer& symbolizer = Symbolizer::Get();
  const std::lock_guard locked(symbolizer.lock);
  return Cached(&symbolizer.functions, instruction, &Symbolizer::Function);
}

const std::vector<CodeFrame>& FramesAt(const void* instruction) {
  Symbolizer& symbolizer = Symbolizer::Get();
  const std::lock_guard locked(symbolizer.lock);
  return Cached(&symbolizer.frames, instruction, &Symbolizer::Frames);
}

const void* ForeignInstruction(std::vector<CodeFrame> frames) {
  // Its address is all that is used of it. (Two bytes: the call before a return address is asked
  // for.)
  const char* const instruction = new char[2];
  Symbolizer& symbolizer = Symbolizer::Get();
  const std::lock_guard locked(symbolizer.lock);
  symbolizer.functions.emplace(instruction, frames.back());
  symbolizer.frames.emplace(instruction, std::move(frames));
  return instruction;
}

Global GlobalAt(const void* address) {
  Symbolizer& symbolizer = Symbolizer::Get();
  const std::lock_guard locked(symbolizer.lock);
  Global global;
  OnOwnStack([&] {
    const LoadedAt loaded = FindLoaded(address);
    if (loaded.path.empty()) return;
    const ObjectFile::Symbol* symbol = symbolizer.FileOf(loaded).Variable(loaded.offset);
    if (symbol == nullptr) return;
    global.name = DemangledVariable(symbol->name);
    global.offset = loaded.offset - symbol->begin;
    global.size = symbol->size;
  });
  return global;
}

}  // namespace drydock
