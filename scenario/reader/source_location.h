// scenario/reader/source_location.h
//
// Where things stand in the text of a scenario, and what is wrong there.
#ifndef DRYDOCK_SCENARIO_READER_SOURCE_LOCATION_H_
#define DRYDOCK_SCENARIO_READER_SOURCE_LOCATION_H_

#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>

namespace drydock::reader {

using Tree = google::protobuf::TextFormat::ParseInfoTree;

// As TextFormat has it: from 0.
struct SourceLocation {
  int line = 0;
  int column = 0;
};

struct Problem {
  SourceLocation location;
  std::string text;  // what is wrong, what is allowed
};

// A message of the file, and where its parts stand there.
template <typename Proto>
struct Node {
  const Proto& proto;
  const Tree* tree;         // null: nowhere
  SourceLocation location;  // of the message itself

  const google::protobuf::FieldDescriptor* Field(const char* name) const {
    return proto.GetDescriptor()->FindFieldByName(name);
  }
  // Of a field, or of the message if it does not have it.
  SourceLocation LocationOf(const char* name, int index = -1) const {
    if (tree == nullptr) return location;
    const google::protobuf::TextFormat::ParseLocation found = tree->GetLocation(Field(name), index);
    return found.line < 0 ? location : SourceLocation{found.line, found.column};
  }
  template <typename ChildProto>
  Node<ChildProto> Child(const char* name, const ChildProto& child, int index = -1) const {
    return {child, tree == nullptr ? nullptr : tree->GetTreeForNested(Field(name), index),
            LocationOf(name, index)};
  }
};

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_SOURCE_LOCATION_H_
