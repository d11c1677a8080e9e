// Schedules: printed, parsed, refused.
#include "scheduler/schedule.h"

#include <string>

#include "gtest/gtest.h"
#include "scheduler/prng.h"

namespace drydock {
namespace {

TEST(Schedule, EmptyHasAText) {
  EXPECT_EQ(Schedule(0x12).ToString(), "dd1-0000000000000012-");
  EXPECT_TRUE(Schedule::Parse("dd1-0000000000000012-").value() == Schedule(0x12));
}

TEST(Schedule, SeedOfTheJitterFollowsTheFingerprint) {
  EXPECT_EQ(Schedule(0x12, 0xab).ToString(), "dd1-0000000000000012.00000000000000ab-");
  EXPECT_EQ(Schedule::Parse("dd1-0000000000000012.00000000000000ab-").value().seed(), 0xabu);
  EXPECT_FALSE(Schedule::Parse("dd1-0000000000000012.0000000000000000-").ok());
  EXPECT_FALSE(Schedule::Parse("dd1-0000000000000012.ab-").ok());
}

TEST(Schedule, DigestTellsSchedulesApart) {
  Schedule schedule(1);
  schedule.Append(2, 1, 3);
  Schedule same(1);
  same.Append(2, 1);
  same.Append(2, 1, 2);
  EXPECT_EQ(same.Digest(), schedule.Digest());
  Schedule longer = schedule;
  longer.Append(2, 0);
  EXPECT_NE(longer.Digest(), schedule.Digest());
  Schedule wider(1);
  wider.Append(3, 1, 3);
  EXPECT_NE(wider.Digest(), schedule.Digest());
  EXPECT_NE(Schedule(1).Digest(), Schedule(2).Digest());
  EXPECT_NE(Schedule(1, 0).Digest(), Schedule(1, 1).Digest());
}

TEST(Schedule, RunsOfEqualAnswersAreOne) {
  Schedule schedule;
  schedule.Append(2, 0, 5);
  schedule.Append(2, 0, 7);
  schedule.Append(3, 0, 0);  // nothing
  schedule.Append(2, 1);
  EXPECT_EQ(schedule.repeats().size(), 2u);
  EXPECT_EQ(schedule.questions(), 13u);
  EXPECT_EQ(schedule.deviations(), 1u);
}

TEST(Schedule, AFullSpeedRunIsShortHoweverLong) {
  Schedule schedule;
  schedule.Append(2, 0, 1'000'000'000);
  EXPECT_LT(schedule.ToString().size(), 40u);
}

TEST(Schedule, RandomAnswersTakeOneBitEach) {
  Prng prng(1, "test");
  Schedule schedule;
  for (int i = 0; i < 1000; ++i) schedule.Append(2, static_cast<uint32_t>(prng.Below(2)));
  EXPECT_LT(schedule.ToString().size(), 20 + 8 + 1000 / 8 * 4 / 3 + 8);
}

TEST(Schedule, EveryTextReadsBackAsItself) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Prng prng(seed, "round trip");
    Schedule schedule(prng.Next(), prng.Below(2) == 0 ? 0 : prng.Next());
    const int segments = static_cast<int>(prng.Below(6));
    for (int segment = 0; segment < segments; ++segment) {
      const uint32_t alternatives =
          2 + static_cast<uint32_t>(prng.Below(prng.Below(4) == 0 ? 300 : 4));
      const uint64_t zeros = prng.Below(3) == 0 ? prng.Below(100000) : prng.Below(4);
      for (uint64_t i = prng.Below(40); i > 0; --i) {
        schedule.Append(alternatives, 0, zeros);
        schedule.Append(alternatives, static_cast<uint32_t>(prng.Below(alternatives)));
      }
    }
    const absl::StatusOr<Schedule> parsed = Schedule::Parse(schedule.ToString());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_TRUE(*parsed == schedule);
    EXPECT_EQ(parsed->questions(), schedule.questions());
  }
}

TEST(Schedule, WhatIsNotAScheduleIsRefusedWithOneLine) {
  for (const char* text :
       {"", "x", "dd1", "dd1-12-", "dd2-0000000000000000-", "dd1-000000000000000g-",
        "dd1-0000000000000000-!", "dd1-0000000000000000-BA", "dd1-0000000000000000-AAAA",
        "dd1-0000000000000000-BQMBAwAA", "dd1-0000000000000000-BP__________8BAA"}) {
    const absl::StatusOr<Schedule> parsed = Schedule::Parse(text);
    EXPECT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().message().find('\n'), absl::string_view::npos);
  }
}

TEST(Schedule, MutilatedTextsNeverCrashAndNeverPassForTheOriginal) {
  Schedule schedule(99);
  Prng prng(7, "mutilate");
  for (int i = 0; i < 200; ++i)
    schedule.Append(2 + prng.Below(3), static_cast<uint32_t>(prng.Below(2)));
  const std::string text = schedule.ToString();
  for (int i = 0; i < 5000; ++i) {
    std::string bad = text;
    bad[prng.Below(bad.size())] = static_cast<char>(32 + prng.Below(95));
    if (prng.Below(3) == 0) bad.resize(prng.Below(bad.size()));
    const absl::StatusOr<Schedule> parsed = Schedule::Parse(bad);
    if (parsed.ok() && bad != text) {
      EXPECT_FALSE(*parsed == schedule) << bad;
    }
  }
}

}  // namespace
}  // namespace drydock
