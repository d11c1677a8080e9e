"""How thoroughly tests of conformance statements are run."""

# The timed schedule and 200 random ones. Flags on the command line come after these and win.
CONFORMANCE_ARGS = ["--drydock_schedules=201"]
