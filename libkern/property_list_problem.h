// libkern/property_list_problem.h
//
// What is wrong with a property list, found before libplist sees it: that one recurses as deep as a
// list nests, writes out what a binary list only refers to, and says no more than that it failed.
#ifndef DRYDOCK_LIBKERN_PROPERTY_LIST_PROBLEM_H_
#define DRYDOCK_LIBKERN_PROPERTY_LIST_PROBLEM_H_

#include <string>

#include "absl/strings/string_view.h"

namespace drydock {

// A sentence; empty if nothing was found. Lists may nest 100 dictionaries and arrays deep.

// Tags that are not closed, or in the wrong order, with the line.
std::string XmlListProblem(absl::string_view xml);

// References that lead out of the list or in a circle, and lists that would be too large when
// written out (a million objects).
std::string BinaryListProblem(absl::string_view binary);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_PROPERTY_LIST_PROBLEM_H_
