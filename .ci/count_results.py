"""Prints "N passed, N failed" for the stages of .ci/run.

Usage: count_results.py FOLDER NAME=STATUS...

FOLDER/NAME.json is what --build_event_json_file wrote, if the stage ran Bazel. A case of a test
counts as one test; so does a test target that has no result because it could not be built, and so
does a stage without tests.
"""

import json
import os
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree


def read_events(path):
    """Returns (labels of the tests to run, {(label, run, shard): (attempt, status, xml path)})."""
    targets, results, is_test = set(), {}, False
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            kind = event["id"]
            if "started" in kind:
                is_test = event["started"]["command"] == "test"
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
    return targets if is_test else set(), results


def count_cases(xml_path):
    """Returns (passed, failed) of the cases in one test.xml."""
    passed = failed = 0
    for case in ElementTree.parse(xml_path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.get("result", "completed") == "completed" and case.get("status") != "notrun":
            passed += 1  # neither skipped nor filtered out
    return passed, failed


def count_stage(folder, stage):
    """Returns (passed, failed) of one stage; says on standard error what was not run."""
    name, status = stage.split("=")
    path = os.path.join(folder, f"{name}.json")
    targets, results = read_events(path) if os.path.exists(path) else (set(), {})
    passed = failed = 0
    for _, result, xml_path in results.values():
        try:
            case_passed, case_failed = count_cases(xml_path)
        except (OSError, TypeError, ElementTree.ParseError):
            case_passed, case_failed = int(result == "PASSED"), 0
        # A crash or a time-out may leave a file in which every case looks well.
        if result != "PASSED" and case_failed == 0:
            case_failed = 1
        passed += case_passed
        failed += case_failed

    for label in sorted(targets - {label for label, _, _ in results}):
        print(f"{name}: {label} was not run", file=sys.stderr)
        failed += 1
    if status != "0" and failed == 0:
        failed = 1  # something that is no test failed
    if status == "0" and not results:
        passed += 1
    return passed, failed


def main():
    folder, stages = sys.argv[1], sys.argv[2:]
    counts = [count_stage(folder, stage) for stage in stages]
    for stage, (passed, failed) in zip(stages, counts, strict=True):
        print(f"{stage.split('=')[0]}: {passed} passed, {failed} failed", file=sys.stderr)
    sys.stderr.flush()
    passed, failed = map(sum, zip(*counts, strict=True))
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
