// libkern/list_builder.h
//
// What becomes of a property list while it is read: the reader calls a builder for one value after
// the other, in the order of the text.
#ifndef DRYDOCK_LIBKERN_LIST_BUILDER_H_
#define DRYDOCK_LIBKERN_LIST_BUILDER_H_

#include <cstdint>
#include <string>

namespace drydock {

// The reader guarantees that Begin and End match and that, directly in a dictionary, Key comes
// before each value. A value whose `id` is not empty may be referred to later.
class ListBuilder {
 public:
  virtual ~ListBuilder() = default;

  enum class Collection : uint8_t { kDictionary, kArray, kSet };
  // `capacity` is a hint.
  virtual void Begin(Collection kind, unsigned capacity, const std::string& id) = 0;
  virtual void End() = 0;
  virtual void Key(const std::string& key) = 0;

  virtual void String(const std::string& text, const std::string& id) = 0;
  virtual void Data(const std::string& bytes, const std::string& id) = 0;
  virtual void Integer(uint64_t value, unsigned bits, const std::string& id) = 0;
  virtual void Boolean(bool value) = 0;

  // The value of that id once more. What is wrong with that; null if nothing.
  virtual const char* Reference(const std::string& id) = 0;
};

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_LIST_BUILDER_H_
