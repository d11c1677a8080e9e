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

// The planes there always are, set while a platform is booted: of providers and clients, of power,
// and of what firmware found.
extern const IORegistryPlane *gIOServicePlane;
extern const IORegistryPlane *gIOPowerPlane;
extern const IORegistryPlane *gIODTPlane;

enum {
  kIORegistryIterateRecursively = 0x00000001,
  kIORegistryIterateParents = 0x00000002,
};

typedef void (*IORegistryEntryApplierFunction)(IORegistryEntry *entry, void *context);

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
  // Takes the place of `old` in `plane`: its id, property table, names and links there.
  virtual bool init(IORegistryEntry *old, const IORegistryPlane *plane);
  virtual void free() APPLE_KEXT_OVERRIDE;

  // 0 before the entry was first attached, then for ever the same; ids start at 0x100000100.
  // (RG-1)
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
  // As a dictionary, with properties that a subclass makes up when asked.
  virtual bool serializeProperties(OSSerialize *serialize) const;
  // From user space. Default: kIOReturnUnsupported.
  virtual IOReturn setProperties(OSObject *properties);

  // --- Names.

  // The entry's name in the plane, else its own, else its class's. (RG-11) setName and setLocation
  // without a plane set what holds in all planes that have none of their own.
  virtual const char *getName(const IORegistryPlane *plane = NULL) const;
  virtual void setName(const char *name, const IORegistryPlane *plane = NULL);
  virtual void setName(const OSSymbol *name, const IORegistryPlane *plane = NULL);
  virtual const char *getLocation(const IORegistryPlane *plane = NULL) const;
  virtual void setLocation(const char *location, const IORegistryPlane *plane = NULL);
  // Whether the entry goes by this name / by one of these (a string, an array or set of strings);
  // the one it was comes back with a reference.
  virtual bool compareName(OSString *name, OSString **matched = NULL) const;
  virtual bool compareNames(OSObject *names, OSString **matched = NULL) const;
  // "IOService:/a/b@2" / its last part, "b@2": writes at most *length bytes, sets it to what was
  // used. False if it did not fit or the entry is not below the root.
  virtual bool getPath(char *path, int *length, const IORegistryPlane *plane) const;
  virtual bool getPathComponent(char *path, int *length, const IORegistryPlane *plane) const;
  // How many links the entry is below the root.
  virtual unsigned int getDepth(const IORegistryPlane *plane) const;

  // The entry at a path, +1, or null. "Plane:/…" names the plane unless `plane` is given; a path
  // that does not begin with "/" begins with an alias, a property of the entry "/aliases" in the
  // device tree, or at `fromEntry`. A part without a location fits whichever child of that name
  // comes first. What follows a colon is left over and goes, null-terminated, to `residualPath`,
  // *residualLength bytes at most; a path that leaves something over is an error without it.
  static OSPtr<IORegistryEntry> fromPath(const char *path, const IORegistryPlane *plane = NULL,
                                         char *residualPath = NULL, int *residualLength = NULL,
                                         IORegistryEntry *fromEntry = NULL);
  virtual OSPtr<IORegistryEntry> childFromPath(const char *path,
                                               const IORegistryPlane *plane = NULL,
                                               char *residualPath = NULL,
                                               int *residualLength = NULL);

 protected:
  // The table itself, for a subclass's initialisation. Everybody else uses the methods.
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
  PlaneLinks *fLinks;  // one for each plane it was ever linked in
  const OSSymbol *fName;
  const OSSymbol *fLocation;
  uint64_t fRegistryEntryID;
};

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
  // What was returned last; the starting entry before that.
  virtual IORegistryEntry *getCurrentEntry();

  // Goes on with the entries next to the current one, in the same or another plane; and back to
  // where it was, false at the outermost level.
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
