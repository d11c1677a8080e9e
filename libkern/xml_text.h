// libkern/xml_text.h
//
// Text inside XML.
#ifndef DRYDOCK_LIBKERN_XML_TEXT_H_
#define DRYDOCK_LIBKERN_XML_TEXT_H_

class OSSerialize;

namespace drydock {

// Writes text with <, > and & escaped. False if there was no memory.
bool AddEscaped(OSSerialize* serializer, const char* text);

}  // namespace drydock

#endif  // DRYDOCK_LIBKERN_XML_TEXT_H_
