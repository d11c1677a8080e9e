"""Rules that keep what a run can observe free of the host."""

import re

from tests.tidy.tidy import Problem, rule

# What a run on the simulated machine executes or is judged by.
SIMULATED = ("drivers/", "eventsources/", "explore/", "libkern/", "runner/", "scenario/",
             "scheduler/", "symbols/", "trace/", "verify/", "workloop/")
# Not simulated: the implementation of the kernel interface by host threads.
HOST = ("scheduler/host/",)


def _simulated(tree):
    return [
        path for path in tree.matching(".cc", ".cpp", ".h")
        if path.startswith(SIMULATED) and not path.startswith(HOST)
    ]


def _search(tree, pattern, what):
    for path in _simulated(tree):
        for number, line in enumerate(tree.code_lines(path), 1):
            for match in pattern.finditer(line):
                yield Problem(path, number, f"{what}: {match.group().strip()}")


def _words(*words):
    """Matches one of the names as a whole."""
    return re.compile(r"(?<![\w.>])(?:" + "|".join(words) + r")(?!\w)")


@rule("use virtual time: kernel::Now(), deadlines and thread calls (scheduler/kernel/clock.h)")
def no_host_time(tree):
    yield from _search(
        tree,
        _words(r"std::chrono::\w+_clock", r"absl::Now", r"absl::GetCurrentTimeNanos",
               r"(?:::|std::)?(?:clock_gettime|clock_nanosleep|gettimeofday|nanosleep|usleep)",
               r"(?:::|std::)(?:time|clock)(?=\()", r"\btime\((?:NULL|nullptr|0)\)",
               r"__rdtscp?", r"_rdtsc", r"__builtin_ia32_rdtscp?"), "host time")


@rule("use simulated threads and locks (scheduler/kernel/)")
def no_host_threads(tree):
    yield from _search(
        tree,
        _words(r"std::(?:thread|jthread|async|mutex|recursive_mutex|shared_mutex|timed_mutex)",
               r"std::(?:condition_variable|this_thread|call_once|once_flag|latch|barrier)",
               r"absl::(?:Mutex|CondVar|Notification|BlockingCounter|Barrier)",
               r"(?:::)?pthread_\w+", r"(?:::)?sched_(?:yield|setaffinity|getcpu)",
               r"(?:::)?(?:fork|clone)(?=\()", r"thrd_\w+", r"gettid"), "host thread")


@rule("ask the schedule's strategy, or use Prng with a named substream (scheduler/prng.h)")
def no_host_randomness(tree):
    yield from _search(
        tree,
        _words(r"std::random_device", r"std::(?:mt19937(?:_64)?|minstd_rand0?)",
               r"std::\w+_distribution", r"std::default_random_engine",
               r"absl::(?:InsecureBitGen|BitGen|Uniform|Bernoulli)",
               r"(?:::|std::)?s?rand(?=\(\))", r"std::rand", r"[dlm]rand48", r"random(?=\(\))",
               r"getrandom", r"getentropy", r"std::random_shuffle"), "host randomness")


@rule("pass what varies as a parameter, a flag or a scenario's field")
def no_environment(tree):
    yield from _search(
        tree,
        _words(r"(?:std::|::)?(?:getenv|secure_getenv)", r"environ", r"gethostname", r"getlogin",
               r"getpid", r"getuid", r"getcwd", r"uname"), "the host's environment")


_HASHED = re.compile(
    r"\b(?:absl::(?:flat|node)_hash_(?:map|set)|std::unordered_(?:multi)?(?:map|set))\s*<")
# What follows the type where a variable is declared: a member, a local, a parameter.
_CLOSED = re.compile(r"\s*[&*]?\s*(?:\bconst\b)?\s*(\w+)\s*(?:ABSL_\w+\([^)]*\)\s*)?[;={(,)]")


def _hashed_names(code):
    """The names of variables of a hashed type, or of an alias for one, that the code declares."""
    names = set()
    for alias in re.findall(r"\busing\s+(\w+)\s*=\s*" + _HASHED.pattern, code):
        names |= set(re.findall(rf"\b{alias}\b\s*[&*]?\s*(?:const\b)?\s*(\w+)\s*[;={{(,)]", code))
    for match in _HASHED.finditer(code):
        depth, at = 1, match.end()
        while depth and at < len(code):
            depth += {"<": 1, ">": -1}.get(code[at], 0)
            at += 1
        declared = _CLOSED.match(code, at)
        if declared:
            names.add(declared.group(1))
    return names


@rule("iterate in a defined order: std::map, absl::btree_map, or a sorted copy of the keys")
def no_hashed_iteration(tree):
    code = {path: "\n".join(tree.code_lines(path)) for path in _simulated(tree)}
    for path, text in code.items():
        # Members are declared in the file's own header.
        header = re.sub(r"\.(?:cc|cpp)$", ".h", path)
        names = _hashed_names(text) | (_hashed_names(code.get(header, "")))
        if not names:
            continue
        name = r"(?<![\w])(?:\w+(?:\.|->))*(" + "|".join(map(re.escape, sorted(names))) + r")"
        for pattern in (r"\bfor\s*\((?:[^();]|\([^()]*\))*?:\s*\*?" + name + r"\s*\)",
                        name + r"\s*(?:\.|->)c?begin\(", r"\babsl::c_\w+\(\s*" + name + r"\b"):
            for match in re.finditer(pattern, text):
                yield Problem(path, text.count("\n", 0, match.start(1)) + 1,
                              f"iterates over a hashed container: {match.group(1)}")


@rule("key by a stable id, or by trace::ObjectId: an address differs between runs")
def no_order_of_pointers(tree):
    yield from _search(
        tree,
        re.compile(r"\b(?:std::(?:multi)?(?:map|set)|absl::btree_(?:multi)?(?:map|set)|std::less"
                   r"|std::priority_queue)<\s*(?:const\s+)?[\w:]+(?:\s+const)?\s*\*"),
        "a container in the order of pointers")


@rule("print a stable id or a name (trace/names.h), never an address")
def no_printed_pointer(tree):
    stream = re.compile(
        r"<<\s*(?:this\b|static_cast<\s*(?:const\s+)?void\s*(?:const\s*)?\*>)"
        r"|absl::Hex\(\s*(?:reinterpret_cast|this\b)"
        r"|StrCat\([^;]*reinterpret_cast<\s*u?intptr_t")
    for path in _simulated(tree):
        without_comments = enumerate(
            zip(tree.lines(path), tree.comment_lines(path), tree.code_lines(path)), 1)
        for number, (line, comment, code) in without_comments:
            text = line.replace(comment.strip(), "") if comment.strip() else line
            if re.search(r"%[-+ #0-9.*]*p(?!\w)", text) and '"' in text:
                yield Problem(path, number, f"prints a pointer: {line.strip()}")
            elif stream.search(code):
                yield Problem(path, number, f"prints a pointer: {line.strip()}")
