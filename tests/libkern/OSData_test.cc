// OSData.
#include <cstring>

#include <libkern/c++/OSData.h>

#include "gtest/gtest.h"

namespace drydock {
namespace {

std::string Bytes(const OSData* data) {
  return std::string(static_cast<const char*>(data->getBytesNoCopy()), data->getLength());
}

TEST(OSData, CopiesAndGrows) {
  char text[] = "dry";
  OSData* const data = OSData::withBytes(text, 3);
  text[0] = 'x';
  EXPECT_EQ(Bytes(data), "dry");
  EXPECT_EQ(data->getCapacity(), 3u);
  EXPECT_TRUE(data->appendBytes("dock", 4));
  EXPECT_EQ(Bytes(data), "drydock");
  EXPECT_EQ(data->getCapacity(), 9u) << "grows by its increment, the first capacity";
  EXPECT_TRUE(data->appendByte('!', 2));
  EXPECT_EQ(Bytes(data), "drydock!!");
  EXPECT_TRUE(data->appendBytes(nullptr, 2)) << "null appends zeros";
  EXPECT_EQ(Bytes(data), std::string("drydock!!\0\0", 11));
  EXPECT_TRUE(data->appendBytes(data));
  EXPECT_EQ(data->getLength(), 22u);
  EXPECT_EQ(Bytes(data).substr(11, 7), "drydock");
  data->release();
}

TEST(OSData, PartsOutOfRangeAreNull) {
  OSData* const data = OSData::withBytes("dock", 4);
  EXPECT_EQ(std::memcmp(data->getBytesNoCopy(1, 3), "ock", 3), 0);
  EXPECT_EQ(data->getBytesNoCopy(1, 4), nullptr);
  EXPECT_EQ(data->getBytesNoCopy(4, 0), nullptr);
  EXPECT_EQ(data->getBytesNoCopy(1, ~0u), nullptr);
  OSData* const part = OSData::withData(data, 1, 2);
  EXPECT_EQ(Bytes(part), "oc");
  EXPECT_EQ(OSData::withData(data, 3, 2), nullptr);
  EXPECT_EQ(OSData::withData(nullptr), nullptr);
  OSData* const empty = OSData::withCapacity(8);
  EXPECT_EQ(empty->getBytesNoCopy(), nullptr);
  EXPECT_EQ(empty->getLength(), 0u);
  data->release();
  part->release();
  empty->release();
}

TEST(OSData, WithoutCopyItCannotGrow) {
  char text[] = "dock";
  OSData* const data = OSData::withBytesNoCopy(text, 4);
  EXPECT_EQ(data->getBytesNoCopy(), text);
  EXPECT_FALSE(data->appendBytes("x", 1));
  EXPECT_FALSE(data->appendByte('x', 1));
  EXPECT_TRUE(data->appendBytes("", 0));
  EXPECT_EQ(OSData::withBytesNoCopy(nullptr, 4), nullptr);
  data->release();
}

TEST(OSData, ComparesBytes) {
  OSData* const data = OSData::withBytes("dock", 4);
  OSData* const copy = OSData::withData(data);
  EXPECT_TRUE(data->isEqualTo(copy));
  EXPECT_TRUE(data->isEqualTo("dock", 4));
  EXPECT_FALSE(data->isEqualTo("dock", 5));
  EXPECT_TRUE(copy->appendByte(0, 1));
  EXPECT_FALSE(data->isEqualTo(static_cast<OSObject*>(copy)));
  data->release();
  copy->release();
}

}  // namespace
}  // namespace drydock
