// OSSerialize: the text that objects write themselves to as XML.
#include <cstdio>
#include <cstring>

#include <libkern/c++/OSSerialize.h>

#include "libkern/array_storage.h"
#include "libkern/kernel_heap.h"
#include "libkern/xml_text.h"

#define super OSObject
OSDefineMetaClassAndStructors(OSSerialize, OSObject)

OSPtr<OSSerialize> OSSerialize::withCapacity(unsigned int capacity) {
  auto *serializer = new OSSerialize;
  if (!serializer->initWithCapacity(capacity)) {
    serializer->release();
    return nullptr;
  }
  return serializer;
}

bool OSSerialize::initWithCapacity(unsigned int inCapacity) {
  if (!super::init()) return false;
  capacityIncrement = 256;
  // At least one byte, for the NUL.
  if (ensureCapacity(inCapacity > 0 ? inCapacity : 1) == 0) return false;
  clearText();
  return true;
}

void OSSerialize::free() {
  drydock::HeapFree(data);
  drydock::HeapFree(written);
  super::free();
}

char *OSSerialize::text() const { return data; }

unsigned int OSSerialize::getLength() const { return length; }

unsigned int OSSerialize::getCapacity() const { return capacity; }

unsigned int OSSerialize::getCapacityIncrement() const { return capacityIncrement; }

unsigned int OSSerialize::setCapacityIncrement(unsigned increment) {
  return capacityIncrement = increment > 0 ? increment : 256;
}

unsigned int OSSerialize::ensureCapacity(unsigned int newCapacity) {
  drydock::GrowArray(&data, &capacity, capacityIncrement, newCapacity);
  return capacity;
}

void OSSerialize::clearText() {
  data[0] = '\0';
  length = 1;
  writtenCount = 0;
}

bool OSSerialize::previouslySerialized(const OSMetaClassBase *object) {
  for (unsigned int id = 0; id < writtenCount; ++id) {
    if (written[id] != object) continue;
    char reference[48];
    std::snprintf(reference, sizeof(reference), "<reference IDREF=\"%u\"/>", id);
    addString(reference);
    return true;
  }
  if (drydock::GrowArray(&written, &writtenCapacity, writtenCapacity + 16, writtenCount + 1)) {
    written[writtenCount++] = object;
  }
  return false;
}

bool OSSerialize::addXMLStartTag(const OSMetaClassBase *object, const char *tagString) {
  unsigned int id = writtenCount;
  while (id > 0 && written[id - 1] != object) --id;
  char attribute[32] = ">";
  if (id > 0) std::snprintf(attribute, sizeof(attribute), " ID=\"%u\">", id - 1);
  return addChar('<') && addString(tagString) && addString(attribute);
}

bool OSSerialize::addXMLEndTag(const char *tagString) {
  return addString("</") && addString(tagString) && addChar('>');
}

bool OSSerialize::addChar(const char aChar) {
  const char text[] = {aChar, '\0'};
  return addString(text);
}

bool OSSerialize::addString(const char *cString) {
  const size_t added = std::strlen(cString);
  const size_t needed = length + added;
  if (needed > capacity) {
    // At least doubled, so that a long text is not copied for each of its words.
    const size_t roomy = needed > 2 * size_t{capacity} ? needed : 2 * size_t{capacity};
    if (roomy > drydock::kMaxArrayCapacity ||
        ensureCapacity(static_cast<unsigned int>(roomy)) < needed)
      return false;
  }
  std::memcpy(data + length - 1, cString, added + 1);
  length += static_cast<unsigned int>(added);
  return true;
}

namespace drydock {

bool AddEscaped(OSSerialize *serializer, const char *text) {
  for (; *text != '\0'; ++text) {
    bool ok;
    switch (*text) {
      case '<':
        ok = serializer->addString("&lt;");
        break;
      case '>':
        ok = serializer->addString("&gt;");
        break;
      case '&':
        ok = serializer->addString("&amp;");
        break;
      default:
        ok = serializer->addChar(*text);
        break;
    }
    if (!ok) return false;
  }
  return true;
}

}  // namespace drydock
