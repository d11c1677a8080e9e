// OSUnserializeXML: objects from the XML that OSSerialize writes.
#include <cstring>

#include <libkern/c++/OSContainers.h>
#include <libkern/c++/OSSharedPtr.h>
#include <libkern/c++/OSUnserialize.h>

#include "absl/strings/str_cat.h"
#include "libkern/object_builder.h"
#include "libkern/xml_list.h"

OSPtr<OSObject> OSUnserializeXML(const char *buffer, size_t bufferSize, OSString **errorString) {
  drydock::ObjectBuilder builder;
  const absl::Status status = drydock::ReadXmlList(absl::string_view(buffer, bufferSize),
                                                   drydock::XmlListForm::kSerialized, &builder);
  if (errorString != nullptr) {
    *errorString =
        status.ok()
            ? nullptr
            : OSString::withCString(absl::StrCat("OSUnserializeXML: ", status.message()).c_str());
  }
  return status.ok() ? OSSharedPtr<OSObject>(builder.result()).detach() : nullptr;
}

OSPtr<OSObject> OSUnserializeXML(const char *buffer, OSString **errorString) {
  return OSUnserializeXML(buffer, std::strlen(buffer), errorString);
}
