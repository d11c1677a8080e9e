// mach/boolean.h
#ifndef _MACH_BOOLEAN_H_
#define _MACH_BOOLEAN_H_

// Mach's truth value: 0 or not.
typedef unsigned int boolean_t;

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

#endif  // _MACH_BOOLEAN_H_
