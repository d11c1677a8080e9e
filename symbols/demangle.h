// symbols/demangle.h
//
// Names of the linker, as C++ source writes them.
#ifndef DRYDOCK_SYMBOLS_DEMANGLE_H_
#define DRYDOCK_SYMBOLS_DEMANGLE_H_

#include <string>

namespace drydock {

// "_ZN3foo3BarIiE4baseEi" is "foo::Bar<int>::base()": without the types of parameters and results,
// which make lines of a stack unreadable. Names that are not mangled, as C's, stay as they are.
std::string DemangledFunction(const char* name);

// The same for variables: nothing is appended.
std::string DemangledVariable(const char* name);

}  // namespace drydock

#endif  // DRYDOCK_SYMBOLS_DEMANGLE_H_
