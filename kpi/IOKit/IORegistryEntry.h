// IOKit/IORegistryEntry.h
//
// The registry: a graph of entries per plane, each with properties. (service.md 2.1)
//
// Entries are counted: a link holds a reference on both of its ends. All methods may be called from
// any thread, in or out of a gate; none from interrupt context.
#ifndef _IOKIT_IOREGISTRYENTRY_H
#define _IOKIT_IOREGISTRYENTRY_H

#include <IOKit/IOKitKeys.h>
#include <IOKit/IOReturn.h>
#include <IOKit/IOTypes.h>
#include <libkern/c++/OSContainers.h>
#include <libkern/c++/OSObject.h>
#include <libkern/c++/OSPtr.h>

class IORegistryEntry;

// A plane: one way of linking entries.
class IORegistryPlane : public OSObject {
  OSDeclareDefaultStructors(IORegistryPlane)

 public:
  const OSSymbol *nameKey;

  virtual void free() APPLE_KEXT_OVERRIDE;
};

// The planes of every platform, valid while it is booted: providers and clients, power, and the
// firmware's device tree.
extern const IORegistryPlane *gIOServicePlane;
extern const IORegistryPlane *gIOPowerPlane;
extern const IORegistryPlane *gIODTPlane;

enum {
  kIORegistryIterateRecursively = 0x00000001,
  kIORegistryIterateParents = 0x00000002,
};

typedef void (*IORegistryEntryApplierFunction)(IORegistryEntry *entry, void *context);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"  // init takes arguments, unlike OSObject's

class IORegistryEntry : public OSObject {
  OSDeclareDefaultStructors(IORegistryEntry)

 public:
  // The plane called `name` (at most 32 characters), made if there is none. It lives until
  // shutdown.
  static const IORegistryPlane *makePlane(const char *name);
  static const IORegistryPlane *getPlane(const char *name);

  // The entry above all planes; null while no platform is booted. Not retained.
  static IORegistryEntry *getRegistryRoot();

  // `dictionary` becomes the property table (a copy, if it is immutable); null gives an empty one.
  virtual bool init(OSDictionary *dictionary = NULL);
  // Replaces `old` in `plane`: takes its id, property table, names and links there.
  virtual bool init(IORegistryEntry *old, const IORegistryPlane *plane);
  virtual void free() APPLE_KEXT_OVERRIDE;

  // 0 before the entry is first attached, then constant; ids start at 0x100000100. (RG-1)
  uint64_t getRegistryEntryID();

  // --- Links.

  // Links this entry below `parent`. A second link to the same parent changes nothing; true then
  // too. False for a link to itself. (RG-2, RG-3)
  virtual bool attachToParent(IORegistryEntry *parent, const IORegistryPlane *plane);
  virtual bool attachToChild(IORegistryEntry *child, const IORegistryPlane *plane);
  virtual void detachFromParent(IORegistryEntry *parent, const IORegistryPlane *plane);
  virtual void detachFromChild(IORegistryEntry *child, const IORegistryPlane *plane);
  virtual void detachAbove(const IORegistryPlane *plane);
  virtual void detachAll(const IORegistryPlane *plane);

  // The first link's other end: not retained / retained. Null if there is none.
  IORegistryEntry *getParentEntry(const IORegistryPlane *plane) const;
  IORegistryEntry *copyParentEntry(const IORegistryPlane *plane) const;
  IORegistryEntry *getChildEntry(const IORegistryPlane *plane) const;
  IORegistryEntry *copyChildEntry(const IORegistryPlane *plane) const;

  // Iterators over a snapshot in order of attachment; +1. Later changes do not touch them. (RG-4)
  virtual OSPtr<OSIterator> getParentIterator(const IORegistryPlane *plane) const;
  virtual OSPtr<OSIterator> getChildIterator(const IORegistryPlane *plane) const;
  virtual void applyToChildren(IORegistryEntryApplierFunction applier, void *context,
                               const IORegistryPlane *plane) const;
  virtual void applyToParents(IORegistryEntryApplierFunction applier, void *context,
                              const IORegistryPlane *plane) const;

  unsigned int getChildCount(const IORegistryPlane *plane) const;

  // Whether `parent` is a parent; with `onlyParent` also the only one. (RG-6)
  virtual bool isParent(IORegistryEntry *parent, const IORegistryPlane *plane,
                        bool onlyParent = false) const;
  virtual bool isChild(IORegistryEntry *child, const IORegistryPlane *plane,
                       bool onlyChild = false) const;
  virtual bool inPlane(const IORegistryPlane *plane = NULL) const;

  // --- Properties. Collections stored as a property become immutable while the entry is in a
  // plane. (RG-9)

  virtual bool setProperty(const OSSymbol *key, OSObject *value);
  virtual bool setProperty(const OSString *key, OSObject *value);
  virtual bool setProperty(const char *key, OSObject *value);
  virtual bool setProperty(const char *key, const char *text);
  virtual bool setProperty(const char *key, bool value);
  virtual bool setProperty(const char *key, unsigned long long value, unsigned int numberOfBits);
  virtual bool setProperty(const char *key, void *bytes, unsigned int length);
  virtual void removeProperty(const OSSymbol *key);
  virtual void removeProperty(const OSString *key);
  virtual void removeProperty(const char *key);

  // Not retained / retained; null if there is none. With a plane, the parents' as well, nearest
  // first. (RG-10)
  virtual OSObject *getProperty(const OSSymbol *key) const;
  virtual OSObject *getProperty(const OSString *key) const;
  virtual OSObject *getProperty(const char *key) const;
  virtual OSObject *getProperty(const char *key, const IORegistryPlane *plane,
                                IOOptionBits options = kIORegistryIterateRecursively |
                                                       kIORegistryIterateParents) const;
  virtual OSPtr<OSObject> copyProperty(const OSSymbol *key) const;
  virtual OSPtr<OSObject> copyProperty(const OSString *key) const;
  virtual OSPtr<OSObject> copyProperty(const char *key) const;
  virtual OSPtr<OSObject> copyProperty(const char *key, const IORegistryPlane *plane,
                                       IOOptionBits options = kIORegistryIterateRecursively |
                                                              kIORegistryIterateParents) const;
  virtual OSPtr<OSDictionary> dictionaryWithProperties() const;
  // Writes the properties as a dictionary; a subclass may add computed ones.
  virtual bool serializeProperties(OSSerialize *serialize) const;
  // A program sets properties. On the program's thread, without any gate. Default:
  // kIOReturnUnsupported.
  virtual IOReturn setProperties(OSObject *properties);

  // --- Names.

  // The entry's name in the plane, else its name in all planes, else its class's; valid until it is
  // set anew. (RG-11) Without a plane, setName and setLocation set the name for all planes in which
  // the entry has none of its own.
  virtual const char *getName(const IORegistryPlane *plane = NULL) const;
  virtual void setName(const char *name, const IORegistryPlane *plane = NULL);
  virtual void setName(const OSSymbol *name, const IORegistryPlane *plane = NULL);
  virtual const char *getLocation(const IORegistryPlane *plane = NULL) const;
  virtual void setLocation(const char *location, const IORegistryPlane *plane = NULL);
  // Whether the entry has this name, or one of these (a string, or an array or set of strings);
  // `*matched` is the name it has, +1.
  virtual bool compareName(OSString *name, OSString **matched = NULL) const;
  virtual bool compareNames(OSObject *names, OSString **matched = NULL) const;
  // The path of the entry, "IOService:/a/b@2", or the last part of it, "b@2". Writes at most
  // *length bytes and sets *length to the bytes used. False if it does not fit or the entry is not
  // below the root.
  virtual bool getPath(char *path, int *length, const IORegistryPlane *plane) const;
  virtual bool getPathComponent(char *path, int *length, const IORegistryPlane *plane) const;
  // The number of links from the root to the entry.
  virtual unsigned int getDepth(const IORegistryPlane *plane) const;

  // The entry at a path, +1, or null. "Plane:/…" names the plane unless `plane` is given; a path
  // that does not begin with "/" begins with an alias, a property of the entry "/aliases" in the
  // device tree, or at `fromEntry`. A part without a location stands for the first child of
  // that name. The rest after a colon is copied, null-terminated, to `residualPath`, at most
  // *residualLength bytes; without `residualPath` such a rest is an error.
  static OSPtr<IORegistryEntry> fromPath(const char *path, const IORegistryPlane *plane = NULL,
                                         char *residualPath = NULL, int *residualLength = NULL,
                                         IORegistryEntry *fromEntry = NULL);
  virtual OSPtr<IORegistryEntry> childFromPath(const char *path,
                                               const IORegistryPlane *plane = NULL,
                                               char *residualPath = NULL,
                                               int *residualLength = NULL);

 protected:
  // The table itself, for the initialisation of a subclass only; not retained, no lock held.
  OSDictionary *getPropertyTable() const { return fPropertyTable; }

 private:
  friend class IORegistryIterator;
  struct PlaneLinks;

  PlaneLinks *findLinks(const IORegistryPlane *plane) const;
  PlaneLinks *makeLinks(const IORegistryPlane *plane);
  OSArray *linked(const IORegistryPlane *plane, IOOptionBits options) const;
  IORegistryEntry *childNamed(const char *component, size_t length,
                              const IORegistryPlane *plane) const;
  void freeze(OSObject *value) const;

  OSDictionary *fPropertyTable;
  PlaneLinks *fLinks;  // one for each plane in which the entry was ever linked
  const OSSymbol *fName;
  const OSSymbol *fLocation;
  uint64_t fRegistryEntryID;
};

#pragma GCC diagnostic pop

// Walks a plane: the entries next to a starting one, or all that can be reached from it. Unlike the
// iterators of an entry it notices when the links it walks along change: then there is no next
// object, and isValid is false until reset. (RG-5)
class IORegistryIterator : public OSIterator {
  OSDeclareDefaultStructors(IORegistryIterator)

 public:
  // From `start`, or the root if it is null; +1. Of the options kIORegistryIterateRecursively goes
  // deep, kIORegistryIterateParents goes up.
  static OSPtr<IORegistryIterator> iterateOver(IORegistryEntry *start, const IORegistryPlane *plane,
                                               IOOptionBits options = 0);
  static OSPtr<IORegistryIterator> iterateOver(const IORegistryPlane *plane,
                                               IOOptionBits options = 0);
  virtual void free() APPLE_KEXT_OVERRIDE;

  // The next entry, not retained, but it stays as long as it is the current one. The options choose
  // the form: only the entries at this level, or those below each as well, and every one once.
  virtual IORegistryEntry *getNextObject() APPLE_KEXT_OVERRIDE;
  virtual IORegistryEntry *getNextObjectFlat();
  virtual IORegistryEntry *getNextObjectRecursive();
  // The entry that was returned last, or the starting entry; not retained.
  virtual IORegistryEntry *getCurrentEntry();

  // Continues below the current entry, in the same or another plane; and leaves that level again
  // (false at the outermost level).
  virtual void enterEntry();
  virtual void enterEntry(const IORegistryPlane *plane);
  virtual bool exitEntry();

  virtual void reset() APPLE_KEXT_OVERRIDE;
  virtual bool isValid() APPLE_KEXT_OVERRIDE;

 private:
  struct Level;
  void push(IORegistryEntry *root, const IORegistryPlane *plane);
  void pop();

  Level *level;  // innermost first
  OSSet *seen;   // of a recursive walk; null before it began
  IOOptionBits options;
};

#endif  // _IOKIT_IOREGISTRYENTRY_H
