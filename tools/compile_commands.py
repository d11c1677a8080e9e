"""Writes compile_commands.json for clangd: `./bazelw run //tools:compile_commands`.

It asks Bazel for the compiler's command line of every C++ file, and makes each one fit for clang
and for the place of the workspace. Generated headers exist after a build, so build once before.
"""

import json
import os
import subprocess
import sys

# What only g++ knows.
_GCC_ONLY = {"-fno-canonical-system-headers", "-flifetime-dse=1", "-Wno-tsan"}
# What says where the results go; with their arguments.
_OUTPUT = {"-MF", "-o"}


def command_for_clangd(arguments, output_path):
    """A command line of Bazel's as clangd wants it.

    Args:
      arguments: the command line, of which relative paths begin in Bazel's execution root.
      output_path: the absolute path of the folder that is bazel-out there.
    """
    result, skip = [], False
    for argument in arguments:
        if skip or argument in _OUTPUT:
            skip = not skip
        elif argument.startswith("-I") and "/_virtual_includes/" in argument:
            # Links to the headers of kpi/, of those layers that the target depends on. The headers
            # themselves are better to jump to.
            if "-Ikpi" not in result:
                result.append("-Ikpi")
        elif argument not in _GCC_ONLY and argument != "-MD" and "-frandom-seed=" not in argument:
            result.append(argument.replace("bazel-out/", output_path + "/", 1))
    return result


def entries(actions, workspace, output_path):
    """The entries of compile_commands.json: one for each file, that of the first action."""
    commands = {}
    for action in actions:
        arguments = action["arguments"]
        source = arguments[arguments.index("-c") + 1]
        commands.setdefault(
            source, {
                "directory": workspace,
                "file": source.replace("bazel-out/", output_path + "/", 1),
                "arguments": command_for_clangd(arguments, output_path),
            })
    return [commands[source] for source in sorted(commands)]


def _bazel(workspace, *arguments):
    return subprocess.run([os.path.join(workspace, "bazelw"), *arguments],
                          cwd=workspace, check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    workspace = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    if not workspace:
        sys.exit("compile_commands: start it with ./bazelw run //tools:compile_commands")
    output_path = _bazel(workspace, "info", "output_path").strip()
    query = _bazel(workspace, "aquery", "--output=jsonproto", "--ui_event_filters=-info",
                   'mnemonic("CppCompile", //...)')
    found = entries(json.loads(query)["actions"], workspace, output_path)
    path = os.path.join(workspace, "compile_commands.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(found, file, indent=1)
        file.write("\n")
    print(f"{path}: {len(found)} files")


if __name__ == "__main__":
    main()
