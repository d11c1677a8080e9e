// IOKit/IOFilterInterruptEventSource.h
//
// An interrupt source with a filter, which runs in primary-interrupt context and returns whether
// the interrupt is this device's. Only then is a level line masked and the action called.
// (workloop.md 5.2)
#ifndef _IOKIT_IOFILTERINTERRUPTEVENTSOURCE_H
#define _IOKIT_IOFILTERINTERRUPTEVENTSOURCE_H

#include <IOKit/IOInterruptEventSource.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"  // the inherited init is hidden on purpose

class IOFilterInterruptEventSource : public IOInterruptEventSource {
  OSDeclareDefaultStructors(IOFilterInterruptEventSource)

 public:
  // Whether the interrupt is the caller's. Runs in primary-interrupt context, without the gate,
  // perhaps while the action runs; whether the source is enabled does not matter, only the mask of
  // the line does (IN-16).
  typedef bool (*Filter)(OSObject *owner, IOFilterInterruptEventSource *sender);

  // A new source, as IOInterruptEventSource's; null also without a filter (IN-17).
  static OSPtr<IOFilterInterruptEventSource> filterInterruptEventSource(
      OSObject *owner, IOInterruptEventSource::Action action, Filter filter, IOService *provider,
      int intIndex = 0);

  virtual bool init(OSObject *owner, IOInterruptEventSource::Action action, Filter filter,
                    IOService *provider, int intIndex = 0);

  // Counts an interrupt and signals the loop without masking the line. A filter may call it and
  // return false: then the action runs and the line stays open (IN-15). Any context.
  virtual void signalInterrupt();

  virtual Filter getFilterAction() const;

  virtual void normalInterruptOccurred(void *refcon, IOService *nub, int ind) APPLE_KEXT_OVERRIDE;
  virtual void disableInterruptOccurred(void *refcon, IOService *nub, int ind) APPLE_KEXT_OVERRIDE;

 protected:
  Filter filterAction;

 private:
  // The inherited ways to make a source, which give no filter: not for callers.
  virtual bool init(OSObject *owner, IOInterruptEventSource::Action action,
                    IOService *provider = NULL, int intIndex = 0) APPLE_KEXT_OVERRIDE;
  static OSPtr<IOInterruptEventSource> interruptEventSource(OSObject *owner,
                                                            IOInterruptEventSource::Action action,
                                                            IOService *provider = NULL,
                                                            int intIndex = 0);

  bool askFilter();
};

#pragma GCC diagnostic pop

#define IOFilterInterruptAction IOFilterInterruptEventSource::Filter

#endif  // _IOKIT_IOFILTERINTERRUPTEVENTSOURCE_H
