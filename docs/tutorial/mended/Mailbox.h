// A driver that holds one letter: post() puts it in, take() waits for it.
#ifndef DRYDOCK_DOCS_TUTORIAL_MENDED_MAILBOX_H_
#define DRYDOCK_DOCS_TUTORIAL_MENDED_MAILBOX_H_

#include <IOKit/IOCommandGate.h>
#include <IOKit/IOService.h>

class Mailbox : public IOService {
  OSDeclareDefaultStructors(Mailbox)

 public:
  bool start(IOService *provider) override;
  bool willTerminate(IOService *provider, IOOptionBits options) override;
  void stop(IOService *provider) override;
  void free() override;

  // For clients, on their own threads.
  IOReturn post(UInt32 letter);
  IOReturn take(UInt32 *letter);

 private:
  IOReturn call(IOCommandGate::Action action, UInt32 *letter);

  // In the gate, which guards fFull, fLetter and fGone.
  IOReturn postGated(UInt32 *letter);
  IOReturn takeGated(UInt32 *letter);

  IOCommandGate *fGate;
  bool fFull;
  UInt32 fLetter;
  bool fGone;
};

#endif  // DRYDOCK_DOCS_TUTORIAL_MENDED_MAILBOX_H_
