// IOKit/IOInterruptEventSource.h
//
// An interrupt source counts interrupts in primary-interrupt context and has the loop's thread call
// the action, under the gate, with the count. A level interrupt is masked from its arrival until
// the action has run. (workloop.md 5.1)
//
// Without a provider it is a software source: the driver calls interruptOccurred itself, and the
// source cannot be disabled (IN-2).
#ifndef _IOKIT_IOINTERRUPTEVENTSOURCE_H
#define _IOKIT_IOINTERRUPTEVENTSOURCE_H

#include <atomic>

#include <IOKit/IOEventSource.h>
#include <IOKit/IOInterrupts.h>

class IOService;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"  // init takes this class's own kind of action

class IOInterruptEventSource : public IOEventSource {
  OSDeclareDefaultStructors(IOInterruptEventSource)

 public:
  // `count` interrupts since the last call; negative if consumerCount was set ahead (IN-7).
  typedef void (*Action)(OSObject *owner, IOInterruptEventSource *sender, int count);

  // A new source for interrupt `intIndex` of `provider`, registered there with the line masked
  // until enable() (IN-4). Null if `owner` is, the index is negative (IN-1) or the provider refuses
  // (IN-18, IN-19). Attach it before enabling it: there is no loop to signal before. The caller
  // owns the reference; the provider is not retained.
  static OSPtr<IOInterruptEventSource> interruptEventSource(OSObject *owner, Action action,
                                                            IOService *provider = NULL,
                                                            int intIndex = 0);

  virtual bool init(OSObject *owner, Action action, IOService *provider = NULL, int intIndex = 0);

  // Unmasks / masks the interrupt. Nothing, without a provider or while unregistered (IN-2).
  // Interrupts counted already are delivered even after disable() (IN-5). Thread context; disable
  // also from the handler.
  virtual void enable() APPLE_KEXT_OVERRIDE;
  virtual void disable() APPLE_KEXT_OVERRIDE;

  // The provider; null for a software source.
  virtual const IOService *getProvider() const;

  // The interrupt's index; its one's complement while it is not registered (IN-11).
  virtual int getIntIndex() const;

  // Whether the line is masked from each interrupt until its action has run: it is, for
  // kIOInterruptTypeLevel.
  virtual bool getAutoDisable() const;

  // Counts an interrupt and signals the loop. The first picks one of the others: the masking one if
  // the source is of the level kind and `nub` is given. Any context.
  virtual void interruptOccurred(void *refcon, IOService *nub, int ind);
  virtual void normalInterruptOccurred(void *refcon, IOService *nub, int ind);
  virtual void disableInterruptOccurred(void *refcon, IOService *nub, int ind);

  // Keeps a CPU awake for an interrupt expected at `abstime`. CPUs here do not sleep: always 0.
  IOReturn warmCPU(uint64_t abstime);

  // Makes the source remember when its last primary interrupt came / that time; ~0 if it does not
  // remember or has no provider.
  void enablePrimaryInterruptTimestamp(bool enable);
  uint64_t getPrimaryInterruptTimestamp();

 protected:
  virtual void free() APPLE_KEXT_OVERRIDE;

  // Calls the action if interrupts were counted, then unmasks a level interrupt unless the action
  // called disable(). Does not ask whether the source is enabled (IN-5). False: no more work than
  // was signalled.
  virtual bool checkForWork() APPLE_KEXT_OVERRIDE;

  // Null unregisters from the provider; a loop registers again, with the line masked until enable()
  // (IN-11).
  virtual void setWorkLoop(IOWorkLoop *workLoop) APPLE_KEXT_OVERRIDE;

  // Counts an interrupt and signals the loop.
  void countInterrupt();

  IOService *provider;
  int intIndex;
  std::atomic<unsigned int> producerCount;  // interrupts that came
  unsigned int consumerCount;               // interrupts the action was told of
  bool autoDisable;
  std::atomic<bool> explicitDisable;

 private:
  static void handleNormally(OSObject *target, void *refcon, IOService *nub, int source);
  static void handleDisabling(OSObject *target, void *refcon, IOService *nub, int source);
  IOReturn registerHandler();
  void unregisterHandler();
  bool isRegistered() const;
  void stampPrimaryInterrupt();

  bool timestampEnabled;
  uint64_t primaryTimestamp;
};

#pragma GCC diagnostic pop

#define IOInterruptEventAction IOInterruptEventSource::Action

#endif  // _IOKIT_IOINTERRUPTEVENTSOURCE_H
