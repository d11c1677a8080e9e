"""Prints "N passed, N failed" for one `bazel test` run and the formatting check after it.

Usage: count_results.py EVENTS BAZEL_STATUS FORMAT_STATUS

EVENTS is what --build_event_json_file wrote. A GoogleTest case counts as one test; so does a test
target that has no result because it could not be built, and so does the formatting check.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


def read_events(path):
    """Returns (labels of test targets, {(label, run, shard): (attempt, status, xml path)})."""
    targets, results = set(), {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            kind = event["id"]
            if "targetConfigured" in kind and "testSize" in event.get("configured", {}):
                targets.add(kind["targetConfigured"]["label"])
            if "testResult" in kind and "testResult" in event:
                name = kind["testResult"]
                key = (name["label"], name.get("run", 1), name.get("shard", 1))
                attempt = name.get("attempt", 1)
                xml = next(
                    (f["uri"] for f in event["testResult"].get("testActionOutput", [])
                     if f["name"] == "test.xml" and f.get("uri", "").startswith("file:")), None)
                path = urllib.parse.unquote(urllib.parse.urlparse(xml).path) if xml else None
                # Only the last attempt of a repeated test counts.
                if key not in results or attempt > results[key][0]:
                    results[key] = (attempt, event["testResult"].get("status"), path)
    return targets, results


def count_cases(xml_path):
    """Returns (passed, failed) of the cases in one test.xml."""
    passed = failed = 0
    for case in ElementTree.parse(xml_path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.get("result", "completed") == "completed" and case.get("status") != "notrun":
            passed += 1  # neither skipped nor filtered out
    return passed, failed


def main():
    events, bazel_status, format_status = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    passed = failed = 0

    targets, results = read_events(events)
    for _, status, xml_path in results.values():
        try:
            case_passed, case_failed = count_cases(xml_path)
        except (OSError, TypeError, ElementTree.ParseError):
            case_passed, case_failed = int(status == "PASSED"), 0
        # A crash or a time-out may leave a file in which every case looks well.
        if status != "PASSED" and case_failed == 0:
            case_failed = 1
        passed += case_passed
        failed += case_failed

    for label in sorted(targets - {label for label, _, _ in results}):
        print(f"{label} was not run", file=sys.stderr)
        failed += 1
    if bazel_status != 0 and failed == 0:
        failed = 1  # something that is no test did not build

    if format_status == 0:
        passed += 1
    else:
        print("formatting: run clang-format-14 -i on the files named above", file=sys.stderr)
        failed += 1

    sys.stderr.flush()
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
