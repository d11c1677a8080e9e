// scenario/reader/place.h
//
// Where things stand in the text of a scenario, and what is wrong there.
#ifndef DRYDOCK_SCENARIO_READER_PLACE_H_
#define DRYDOCK_SCENARIO_READER_PLACE_H_

#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>

namespace drydock::reader {

using Tree = google::protobuf::TextFormat::ParseInfoTree;

// As TextFormat has it: from 0.
struct Place {
  int line = 0;
  int column = 0;
};

struct Problem {
  Place place;
  std::string text;  // what is wrong, what is allowed
};

// A message of the file, and where its parts stand there.
template <typename Proto>
struct Node {
  const Proto& proto;
  const Tree* tree;  // null: nowhere
  Place place;       // of the message itself

  const google::protobuf::FieldDescriptor* Field(const char* name) const {
    return proto.GetDescriptor()->FindFieldByName(name);
  }
  // Of a field, or of the message if it does not have it.
  Place Of(const char* name, int index = -1) const {
    if (tree == nullptr) return place;
    const google::protobuf::TextFormat::ParseLocation found = tree->GetLocation(Field(name), index);
    return found.line < 0 ? place : Place{found.line, found.column};
  }
  template <typename Child>
  Node<Child> At(const char* name, const Child& child, int index = -1) const {
    return {child, tree == nullptr ? nullptr : tree->GetTreeForNested(Field(name), index),
            Of(name, index)};
  }
};

}  // namespace drydock::reader

#endif  // DRYDOCK_SCENARIO_READER_PLACE_H_
