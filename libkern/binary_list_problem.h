// libkern/binary_list_problem.h
//
// What is wrong with a binary property list, found before libplist sees it: that one recurses as
// deep as a list nests, writes out what a list only refers to, and says no more than that it
// failed.
#ifndef DRYDOCK_LIBKERN_BINARY_LIST_PROBLEM_H_
#define DRYDOCK_LIBKERN_BINARY_LIST_PROBLEM_H_

#include <string>

#include "absl/strings/string_view.h"

namespace drydock {

// A sentence; empty if nothing was found. References that lead out of the list or in a circle, more
// than 100 collections in one another, and lists that would be too large when written out (a
// million objects).
std::string BinaryListProblem(absl::string_view binary);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_BINARY_LIST_PROBLEM_H_
