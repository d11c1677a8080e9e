// tests/explore/programs.h
//
// Small programs with a bug that needs a certain interleaving, for what searches to find.
#ifndef DRYDOCK_TESTS_EXPLORE_PROGRAMS_H_
#define DRYDOCK_TESTS_EXPLORE_PROGRAMS_H_

#include <functional>
#include <string>

#include "explore/campaign.h"
#include "scheduler/kernel/types.h"
#include "scheduler/simulation.h"

namespace drydock {

// The body of a run; says in `*failure` what went wrong.
using Program = std::function<void(std::string* failure)>;

// One run of it on two CPUs, as a campaign makes them.
RunResult RunOnce(const Program& program, Strategy* strategy);
RunProgram Runner(const Program& program);

// Two threads add to a counter, `rounds` times each, without a lock around reading and writing.
Program LostUpdate(int rounds);

// A thread looks at a flag, and then sleeps until it is woken; the other sets the flag and wakes it
// in between. The run blocks.
Program LostWakeup();

// A thread fails if it comes between two stores of another, after `noise` steps of both.
Program SeenHalfDone(int noise);

// Nothing is wrong with it; a thread polls until another has set a flag, which it does when it has
// seen that the first is there. Between two looks both call `pause`, with a microsecond, unless it
// is null.
Program Polls(void (*pause)(kernel::Time));

// Two threads of `steps` steps each that note in `*order` which thread took each.
Program Interleaves(int steps, std::string* order);

}  // namespace drydock

#endif  // DRYDOCK_TESTS_EXPLORE_PROGRAMS_H_
