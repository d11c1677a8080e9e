// scenario/reader/source_location.h
//
// Positions in the text of a scenario, and errors at them.
#ifndef DRYDOCK_SCENARIO_READER_SOURCE_LOCATION_H_
#define DRYDOCK_SCENARIO_READER_SOURCE_LOCATION_H_

#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>

namespace drydock::reader {

using Tree = google::protobuf::TextFormat::ParseInfoTree;

// Counted from 0, as TextFormat does; messages to the user count from 1.
struct SourceLocation {
  int line = 0;
  int column = 0;
};

struct Problem {
  SourceLocation location;
  std::string text;  // what is wrong, what is allowed
};

// A message of the file, with the positions of its fields.
template <typename Proto>
struct Node {
  const Proto& proto;
  const Tree* tree;         // null: nowhere
  SourceLocation location;  // of the message itself

  const google::protobuf::FieldDescriptor* Field(const char* name) const {
    return proto.GetDescriptor()->FindFieldByName(name);
  }
  // The position of a field, or of the message if the field is not given.
  SourceLocation LocationOf(const char* name, int index = -1) const {
    if (tree == nullptr) return location;
    const google::protobuf::TextFormat::ParseLocation found = tree->GetLocation(Field(name), index);
    return found.line < 0 ? location : SourceLocation{found.line, found.column};
  }
  // The message in a field.
  template <typename ChildProto>
  Node<ChildProto> Child(const char* name, const ChildProto& child, int index = -1) const {
    return {child, tree == nullptr ? nullptr : tree->GetTreeForNested(Field(name), index),
            LocationOf(name, index)};
  }
};

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_SOURCE_LOCATION_H_
