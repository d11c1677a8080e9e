// mach/vm_types.h
//
// Addresses and sizes. Everything is 64 bits wide.
#ifndef _MACH_VM_TYPES_H_
#define _MACH_VM_TYPES_H_

#include <stdint.h>

typedef uint32_t natural_t;
typedef int32_t integer_t;

typedef uintptr_t vm_offset_t;
typedef uintptr_t vm_address_t;
typedef uintptr_t vm_size_t;

typedef uint64_t mach_vm_address_t;
typedef uint64_t mach_vm_offset_t;
typedef uint64_t mach_vm_size_t;

typedef natural_t mach_port_t;

#endif  // _MACH_VM_TYPES_H_
