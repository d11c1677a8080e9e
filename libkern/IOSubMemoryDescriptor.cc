// IOSubMemoryDescriptor: a part of another descriptor.
#include <IOKit/IOSubMemoryDescriptor.h>

#define super IOMemoryDescriptor
OSDefineMetaClassAndStructors(IOSubMemoryDescriptor, IOMemoryDescriptor)

OSPtr<IOSubMemoryDescriptor> IOSubMemoryDescriptor::withSubRange(IOMemoryDescriptor *of,
                                                                 IOByteCount offset,
                                                                 IOByteCount length,
                                                                 IOOptionBits options) {
  auto *part = new IOSubMemoryDescriptor;
  if (!part->initSubRange(of, offset, length,
                          static_cast<IODirection>(options & kIODirectionInOut))) {
    part->release();
    return nullptr;
  }
  return part;
}

bool IOSubMemoryDescriptor::initSubRange(IOMemoryDescriptor *parent, IOByteCount offset,
                                         IOByteCount length, IODirection withDirection) {
  if (parent == nullptr || offset > parent->getLength() || length > parent->getLength() - offset)
    return false;
  parent->retain();
  if (_parent != nullptr) {
    _parent->release();
  } else if (!super::init()) {
    parent->release();
    return false;
  }
  _parent = parent;
  _start = offset;
  _length = length;
  _flags = withDirection == kIODirectionNone ? parent->getDirection() : withDirection;
  return true;
}

void IOSubMemoryDescriptor::free() {
  OSSafeReleaseNULL(_parent);
  super::free();
}

IOReturn IOSubMemoryDescriptor::prepare(IODirection forDirection) {
  return _parent->prepare(forDirection);
}

IOReturn IOSubMemoryDescriptor::complete(IODirection forDirection) {
  return _parent->complete(forDirection);
}

void *IOSubMemoryDescriptor::getMemory() const {
  return static_cast<char *>(_parent->getMemory()) + _start;
}

bool IOSubMemoryDescriptor::isReadOnly() const { return _parent->isReadOnly(); }
