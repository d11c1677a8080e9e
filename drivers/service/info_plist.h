// drivers/service/info_plist.h
//
// A kext's Info.plist: its identifier and version, and the personalities its drivers announce.
#ifndef DRYDOCK_DRIVERS_SERVICE_INFO_PLIST_H_
#define DRYDOCK_DRIVERS_SERVICE_INFO_PLIST_H_

#include <string>

#include <libkern/c++/OSContainers.h>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libkern/property_list.h"

namespace drydock {

// A value, which several boots may share. Parsing a binary list recurses: on the host, not on a
// simulated thread.
class InfoPlist {
 public:
  // InvalidArgument, with one sentence, for what is no property list, and for a personality with a
  // key that matching cannot understand.
  static absl::StatusOr<InfoPlist> Parse(absl::string_view xml_or_binary);

  // CFBundleIdentifier and CFBundleShortVersionString, or CFBundleVersion; empty without.
  const std::string& identifier() const { return identifier_; }
  const std::string& version() const { return version_; }

  // Appends the personalities, in the order of the file, as new dictionaries. One without a
  // CFBundleIdentifier gets the kext's.
  void AddPersonalities(OSArray* personalities) const;

 private:
  std::string identifier_;
  std::string version_;
  PropertyList personalities_;  // no dictionary: there are none
};

}  // namespace drydock

#endif  // DRYDOCK_DRIVERS_SERVICE_INFO_PLIST_H_
