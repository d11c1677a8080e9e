// drivers/service/registry_tree.h
//
// The registry on paper: a plane as a tree, the way Apple's ioreg prints it.
//
//   +-o Root  <class IORegistryEntry, id 0x100000100, retain 5>
//     +-o DrydockPlatform  <class DrydockPlatform, id 0x100000101, !registered, !matched, active,
//     …>
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
  // Of entries of this class or one derived from it properties are shown in any case.
  std::string class_name = "";
  bool subtrees_only = false;  // only those whose root is of the class
  size_t columns = 0;          // lines are cut there; 0: never
};

// The tree as it is now, lines ended by newlines; empty if there is no such plane. On a thread;
// the registry stands still meanwhile.
std::string RegistryTree(const RegistryTreeOptions& options);

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_REGISTRY_TREE_H_
