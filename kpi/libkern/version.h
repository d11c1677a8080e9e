// libkern/version.h
//
// The kernel this project models: that of macOS 15.4.
#ifndef _LIBKERN_VERSION_H
#define _LIBKERN_VERSION_H

extern "C" {

extern const int version_major;     // 24
extern const int version_minor;     // 4
extern const int version_revision;  // 0

}  // extern "C"

#endif  // _LIBKERN_VERSION_H
