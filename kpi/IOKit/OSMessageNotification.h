// IOKit/OSMessageNotification.h
//
// The types of the messages that the kernel sends to a program's ports, and the references by which
// the program knows what a message is about.
#ifndef _IOKIT_OSMESSAGENOTIFICATION_H
#define _IOKIT_OSMESSAGENOTIFICATION_H

#include <IOKit/IOReturn.h>
#include <IOKit/IOTypes.h>

enum {
  kFirstIOKitNotificationType = 100,
  kIOServicePublishNotificationType = 100,
  kIOServiceMatchedNotificationType = 101,
  kIOServiceTerminatedNotificationType = 102,
  kIOAsyncCompletionNotificationType = 150,
  kIOServiceMessageNotificationType = 160,
  kLastIOKitNotificationType = 199,
};

// The layout of an asynchronous reference: the port's name first, then the program's values.
enum {
  kOSAsyncRef64Count = 8,
  kIOAsyncReservedIndex = 0,
  kIOAsyncReservedCount = 1,
  kIOAsyncCalloutFuncIndex = 1,
  kIOAsyncCalloutRefconIndex = 2,
  kIOAsyncCalloutCount = 3,
  kMaxAsyncArgs = 16,
};

// A pointer or number of a program's.
typedef uint64_t io_user_reference_t;

typedef io_user_reference_t OSAsyncReference64[kOSAsyncRef64Count];

#endif  // _IOKIT_OSMESSAGENOTIFICATION_H
