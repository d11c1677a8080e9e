// libkern/xml_list.h
//
// Reads property lists in XML, with expat. Reading does not recurse and needs little stack, so
// simulated threads may call it. Entities cannot be declared, and nothing outside the text is read.
#ifndef DRYDOCK_LIBKERN_XML_LIST_H_
#define DRYDOCK_LIBKERN_XML_LIST_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libkern/list_builder.h"

namespace drydock {

enum class XmlListForm {
  kPropertyList,  // a whole document, as Info.plist is
  kSerialized,    // what OSSerialize writes, with sets and references; ends with the first object
};

// Calls `builder` for what is read. InvalidArgument with "LINE:COLUMN: what is wrong", both from 1,
// for a list that is malformed, has no kernel object or nests more than 100 collections;
// what the builder has by then is worthless.
absl::Status ReadXmlList(absl::string_view xml, XmlListForm form, ListBuilder* builder);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_XML_LIST_H_
