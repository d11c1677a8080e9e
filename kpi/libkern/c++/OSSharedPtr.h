// libkern/c++/OSSharedPtr.h
//
// A pointer that owns one reference. (service.md 1.3)
//
//   OSSharedPtr<OSArray> list(OSArray::withCapacity(4), OSNoRetain);  // takes a reference over
//   OSSharedPtr<OSObject> first(list->getObject(0), OSRetain);        // takes a new reference
#ifndef _LIBKERN_OSSHAREDPTR_H
#define _LIBKERN_OSSHAREDPTR_H

#include <stddef.h>

#include <type_traits>
#include <utility>

#include <libkern/c++/OSMetaClass.h>

struct OSRetainTag {
  explicit constexpr OSRetainTag() = default;
};
struct OSNoRetainTag {
  explicit constexpr OSNoRetainTag() = default;
};
// OSRetain: takes a new reference. OSNoRetain: takes over the caller's.
inline constexpr OSRetainTag OSRetain{};
inline constexpr OSNoRetainTag OSNoRetain{};

#ifdef __clang__
#define OSSHAREDPTR_ABI [[clang::trivial_abi]]
#else
#define OSSHAREDPTR_ABI
#endif

template <typename T>
class OSSHAREDPTR_ABI OSSharedPtr {
 public:
  using element_type = T;

  constexpr OSSharedPtr() : pointer_(nullptr) {}
  constexpr OSSharedPtr(std::nullptr_t)
      : pointer_(nullptr) {}  // NOLINT(google-explicit-constructor)
  OSSharedPtr(T *pointer, OSNoRetainTag) : pointer_(pointer) {}
  OSSharedPtr(T *pointer, OSRetainTag) : pointer_(pointer) {
    if (pointer_ != nullptr) pointer_->retain();
  }
  OSSharedPtr(const OSSharedPtr &other) : OSSharedPtr(other.get(), OSRetain) {}
  OSSharedPtr(OSSharedPtr &&other) noexcept : pointer_(other.detach()) {}
  template <typename U, typename = std::enable_if_t<std::is_convertible_v<U *, T *>>>
  OSSharedPtr(const OSSharedPtr<U> &other)  // NOLINT(google-explicit-constructor)
      : OSSharedPtr(other.get(), OSRetain) {}
  template <typename U, typename = std::enable_if_t<std::is_convertible_v<U *, T *>>>
  OSSharedPtr(OSSharedPtr<U> &&other) noexcept  // NOLINT(google-explicit-constructor)
      : pointer_(other.detach()) {}
  ~OSSharedPtr() {
    if (pointer_ != nullptr) pointer_->release();
  }

  OSSharedPtr &operator=(const OSSharedPtr &other) {
    OSSharedPtr(other).swap(*this);
    return *this;
  }
  OSSharedPtr &operator=(OSSharedPtr &&other) noexcept {
    OSSharedPtr(std::move(other)).swap(*this);
    return *this;
  }
  template <typename U, typename = std::enable_if_t<std::is_convertible_v<U *, T *>>>
  OSSharedPtr &operator=(const OSSharedPtr<U> &other) {
    OSSharedPtr(other).swap(*this);
    return *this;
  }
  template <typename U, typename = std::enable_if_t<std::is_convertible_v<U *, T *>>>
  OSSharedPtr &operator=(OSSharedPtr<U> &&other) noexcept {
    OSSharedPtr(std::move(other)).swap(*this);
    return *this;
  }
  OSSharedPtr &operator=(std::nullptr_t) {
    reset();
    return *this;
  }

  // Releases the reference; takes another.
  void reset() { OSSharedPtr().swap(*this); }
  void reset(T *pointer, OSNoRetainTag tag) { OSSharedPtr(pointer, tag).swap(*this); }
  void reset(T *pointer, OSRetainTag tag) { OSSharedPtr(pointer, tag).swap(*this); }

  T *get() const { return pointer_; }
  T &operator*() const { return *pointer_; }
  T *operator->() const { return pointer_; }
  explicit operator bool() const { return pointer_ != nullptr; }

  // Hands the reference over to the caller.
  [[nodiscard]] T *detach() { return std::exchange(pointer_, nullptr); }

  void swap(OSSharedPtr &other) noexcept { std::swap(pointer_, other.pointer_); }

 private:
  T *pointer_;
};

template <typename T>
void swap(OSSharedPtr<T> &a, OSSharedPtr<T> &b) noexcept {
  a.swap(b);
}

template <typename T, typename U>
bool operator==(const OSSharedPtr<T> &a, const OSSharedPtr<U> &b) {
  return a.get() == b.get();
}
template <typename T, typename U>
bool operator==(const OSSharedPtr<T> &a, U *b) {
  return a.get() == b;
}
template <typename T>
bool operator==(const OSSharedPtr<T> &a, std::nullptr_t) {
  return a.get() == nullptr;
}

// A new object, its init not called.
template <typename T>
OSSharedPtr<T> OSMakeShared() {
  return OSSharedPtr<T>(OSTypeAlloc(T), OSNoRetain);
}

// Casts. From an rvalue they pass the reference on, and OSDynamicPtrCast leaves it where it is if
// the class is another.
template <typename T, typename U>
OSSharedPtr<T> OSDynamicPtrCast(const OSSharedPtr<U> &from) {
  return OSSharedPtr<T>(OSDynamicCast(T, from.get()), OSRetain);
}
template <typename T, typename U>
OSSharedPtr<T> OSDynamicPtrCast(OSSharedPtr<U> &&from) {
  T *const to = OSDynamicCast(T, from.get());
  if (to != nullptr) (void)from.detach();
  return OSSharedPtr<T>(to, OSNoRetain);
}
template <typename T, typename U>
OSSharedPtr<T> OSStaticPtrCast(const OSSharedPtr<U> &from) {
  return OSSharedPtr<T>(static_cast<T *>(from.get()), OSRetain);
}
template <typename T, typename U>
OSSharedPtr<T> OSStaticPtrCast(OSSharedPtr<U> &&from) {
  return OSSharedPtr<T>(static_cast<T *>(from.detach()), OSNoRetain);
}
template <typename T, typename U>
OSSharedPtr<T> OSConstPtrCast(const OSSharedPtr<U> &from) {
  return OSSharedPtr<T>(const_cast<T *>(from.get()), OSRetain);
}
template <typename T, typename U>
OSSharedPtr<T> OSConstPtrCast(OSSharedPtr<U> &&from) {
  return OSSharedPtr<T>(const_cast<T *>(from.detach()), OSNoRetain);
}

#endif  // _LIBKERN_OSSHAREDPTR_H
