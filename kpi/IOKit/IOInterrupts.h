// IOKit/IOInterrupts.h
//
// The kinds of interrupt and the primary handler.
#ifndef _IOKIT_IOINTERRUPTS_H
#define _IOKIT_IOINTERRUPTS_H

class IOService;
class OSObject;

// The types that getInterruptType returns. (workloop.md 5.1)
enum {
  kIOInterruptTypeEdge = 0,
  kIOInterruptTypeLevel = 1,
};

// A primary interrupt handler: called in primary-interrupt context, where nothing may block, for
// interrupt `source` of `nub`. (workloop.md 5.3)
typedef void (*IOInterruptAction)(OSObject *target, void *refCon, IOService *nub, int source);

#endif  // _IOKIT_IOINTERRUPTS_H
