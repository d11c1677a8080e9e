// kern/debug.h
#ifndef _KERN_DEBUG_H_
#define _KERN_DEBUG_H_

extern "C" {

// Ends the run with a kernel panic of this text. Any context.
[[noreturn]] void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

}  // extern "C"

#endif  // _KERN_DEBUG_H_
