// libkern/object_builder.h
//
// Makes kernel objects of a property list.
#ifndef DRYDOCK_LIBKERN_OBJECT_BUILDER_H_
#define DRYDOCK_LIBKERN_OBJECT_BUILDER_H_

#include <map>
#include <string>
#include <vector>

#include <libkern/c++/OSCollection.h>
#include <libkern/c++/OSSharedPtr.h>

#include "libkern/list_builder.h"

namespace drydock {

// The objects belong to the boot in progress. Thread context.
class ObjectBuilder final : public ListBuilder {
 public:
  // The outermost value; null before it is complete.
  const OSSharedPtr<OSObject>& result() const { return result_; }

  void Begin(Collection kind, unsigned capacity, const std::string& id) override;
  void End() override;
  void Key(const std::string& key) override;
  void String(const std::string& text, const std::string& id) override;
  void Data(const std::string& bytes, const std::string& id) override;
  void Integer(uint64_t value, unsigned bits, const std::string& id) override;
  void Boolean(bool value) override;
  const char* Reference(const std::string& id) override;

 private:
  // A collection that is being filled.
  struct Open {
    Collection kind;
    OSSharedPtr<OSCollection> collection;
    std::string id;
    std::string key;  // of the next value of a dictionary
  };

  // The object is complete: it goes into the collection around it, or is the result.
  void Add(const OSSharedPtr<OSObject>& object, const std::string& id);

  std::vector<Open> open_;
  std::map<std::string, OSSharedPtr<OSObject>> known_;  // by id
  OSSharedPtr<OSObject> result_;
};

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_OBJECT_BUILDER_H_
