// Paths of registry entries. (service.md 2.1)
#include <stdio.h>
#include <string.h>

#include <IOKit/IORegistryEntry.h>

#include "drivers/service/owned.h"
#include "drivers/service/registry.h"

using drydock::Owned;
using drydock::RegistryLock;

namespace {

constexpr unsigned kDeepest = 64;

}  // namespace

unsigned int IORegistryEntry::getDepth(const IORegistryPlane *plane) const {
  RegistryLock lock;
  unsigned depth = 0;
  for (const IORegistryEntry *entry = getParentEntry(plane); entry != nullptr;
       entry = entry->getParentEntry(plane)) {
    ++depth;
  }
  return depth;
}

bool IORegistryEntry::getPathComponent(char *path, int *length,
                                       const IORegistryPlane *plane) const {
  RegistryLock lock;
  const char *location = getLocation(plane);
  const int used = snprintf(path, static_cast<size_t>(*length), "%s%s%s", getName(plane),
                            location != nullptr ? "@" : "", location != nullptr ? location : "");
  if (used >= *length) return false;
  *length = used + 1;
  return true;
}

bool IORegistryEntry::getPath(char *path, int *length, const IORegistryPlane *plane) const {
  RegistryLock lock;
  // From the entry up to the root, then written the other way round.
  const IORegistryEntry *steps[kDeepest];
  unsigned depth = 0;
  for (const IORegistryEntry *entry = this; entry != getRegistryRoot();
       entry = entry->getParentEntry(plane)) {
    if (entry == nullptr || depth == kDeepest) return false;
    steps[depth++] = entry;
  }
  int used = snprintf(path, static_cast<size_t>(*length), "%s:%s",
                      plane->nameKey->getCStringNoCopy(), depth == 0 ? "/" : "");
  while (depth > 0) {
    int left = *length - used - 1;  // behind the slash
    if (left <= 0) return false;
    path[used++] = '/';
    if (!steps[--depth]->getPathComponent(path + used, &left, plane)) return false;
    used += left - 1;
  }
  if (used >= *length) return false;
  *length = used + 1;
  return true;
}

// The first child that a part of a path, "name" or "name@location", names. The lock is held.
IORegistryEntry *IORegistryEntry::childNamed(const char *component, size_t length,
                                             const IORegistryPlane *plane) const {
  const OSArray *children = linked(plane, 0);
  const char *at = static_cast<const char *>(memchr(component, '@', length));
  const size_t name_length = at != nullptr ? static_cast<size_t>(at - component) : length;
  const auto is = [](const char *text, const char *part, size_t part_length) {
    return text != nullptr && strlen(text) == part_length && memcmp(text, part, part_length) == 0;
  };
  for (unsigned i = 0; children != nullptr && i < children->getCount(); ++i) {
    auto *child = static_cast<IORegistryEntry *>(children->getObject(i));
    if (!is(child->getName(plane), component, name_length)) continue;
    if (at == nullptr || is(child->getLocation(plane), at + 1, length - name_length - 1)) {
      return child;
    }
  }
  return nullptr;
}

OSPtr<IORegistryEntry> IORegistryEntry::fromPath(const char *path, const IORegistryPlane *plane,
                                                 char *residualPath, int *residualLength,
                                                 IORegistryEntry *fromEntry) {
  if (path == nullptr) return nullptr;
  RegistryLock lock;
  const char *rest = path;
  if (const char *end = strpbrk(path, ":/"); plane == nullptr && end != nullptr && *end == ':') {
    char name[33];
    if (static_cast<size_t>(end - path) >= sizeof(name)) return nullptr;
    memcpy(name, path, static_cast<size_t>(end - path));
    name[end - path] = '\0';
    plane = getPlane(name);
    rest = end + 1;
  }
  if (plane == nullptr) return nullptr;

  const IORegistryEntry *entry = fromEntry;
  OSSharedPtr<IORegistryEntry> aliased;
  if (*rest == '/') {
    entry = getRegistryRoot();
  } else if (entry == nullptr) {
    // An alias stands for a path of its own.
    const size_t length = strcspn(rest, "/:");
    const auto aliases = Owned(fromPath("/aliases", gIODTPlane));
    const auto alias = Owned(OSString::withCString(rest, length));
    OSObject *value = aliases != nullptr ? aliases->getProperty(alias.get()) : nullptr;
    const char *text = nullptr;
    if (OSString *string = OSDynamicCast(OSString, value)) text = string->getCStringNoCopy();
    if (text == nullptr) return nullptr;
    aliased = Owned(fromPath(text, *text == '/' ? plane : nullptr));
    entry = aliased.get();
    rest += length;
  }
  while (entry != nullptr && *rest != '\0' && *rest != ':') {
    rest += *rest == '/' ? 1 : 0;
    const size_t length = strcspn(rest, "/:");
    if (length > 0) entry = entry->childNamed(rest, length, plane);
    rest += length;
  }
  if (entry == nullptr) return nullptr;
  if (*rest == ':') {
    const size_t size = strlen(rest + 1) + 1;
    if (residualPath == nullptr || residualLength == nullptr ||
        size > static_cast<size_t>(*residualLength)) {
      return nullptr;
    }
    memcpy(residualPath, rest + 1, size);
    *residualLength = static_cast<int>(size);
  } else if (residualLength != nullptr) {
    *residualLength = 0;
  }
  entry->retain();
  return const_cast<IORegistryEntry *>(entry);
}

OSPtr<IORegistryEntry> IORegistryEntry::childFromPath(const char *path,
                                                      const IORegistryPlane *plane,
                                                      char *residualPath, int *residualLength) {
  return fromPath(path, plane, residualPath, residualLength, this);
}
