// The filter keeps a record of each interrupt.
//
// Defect: the filter allocates memory.
// Finding: memory-where-nothing-may-wait.
// Sound twin: the record is a member of the driver.
#include <string.h>

#include <IOKit/IOLib.h>

#include "drivers/flawed/flawed_driver.h"

class FilterAllocates : public FlawedFilterDriver {
  OSDeclareDefaultStructors(FilterAllocates)

 private:
  bool filter() override {
    fDevice->acknowledge();
    if (fFlawed) {
      void *record = IOMalloc(16);
      IOFree(record, 16);
    } else {
      bzero(fRecord, sizeof(fRecord));
    }
    return true;
  }

  UInt8 fRecord[16];
};
OSDefineMetaClassAndStructors(FilterAllocates, FlawedFilterDriver)

namespace drydock {
extern const FlawedCase kFilterAllocates;
const FlawedCase kFilterAllocates = {
    .name = "filter-allocates",
    .defect = "Its filter allocates memory",
    .failure = "memory-where-nothing-may-wait",
    .make = []() -> FlawedDriver * { return OSTypeAlloc(FilterAllocates); },
    .clients = 0,
    .interrupts = 2,
    .stacks = {"FilterAllocates::filter"},
};
}  // namespace drydock
