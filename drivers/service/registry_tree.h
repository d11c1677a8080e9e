// drivers/service/registry_tree.h
//
// Prints a plane of the registry as a tree, as Apple's ioreg does.
//
//   +-o Root  <class IORegistryEntry, id 0x100000100, retain 5>
//     +-o DrydockPlatform  <class DrydockPlatform, id 0x100000101, !registered, !matched, …>
//       | {
//       |   "key" = "value"
//       | }
//       |
//       +-o …
#ifndef DRYDOCK_DRIVERS_SERVICE_REGISTRY_TREE_H_
#define DRYDOCK_DRIVERS_SERVICE_REGISTRY_TREE_H_

#include <string>

#include <IOKit/IORegistryEntry.h>

namespace drydock {

struct RegistryTreeOptions {
  std::string plane = kIOServicePlane;
  bool properties = false;  // of all entries
  // The properties of entries of this class, or of one derived from it, are shown in any case.
  std::string class_name = "";
  bool subtrees_only = false;  // only the subtrees whose root is of that class
  size_t columns = 0;          // lines are cut there; 0: never
};

// The tree as it is now, lines ended by newlines; empty if there is no such plane. Thread context;
// holds the registry lock.
std::string RegistryTree(const RegistryTreeOptions& options);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_REGISTRY_TREE_H_
