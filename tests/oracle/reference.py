"""Compiles single programs with CPython as the reference: each is compiled in a child that was forked from a clean interpreter.

Import this module first: it forks the reference process before anything else is imported, because imports can change the
references in the bytes. The module also compiles the same files with pycompile, in one run.
"""

import json
import marshal
import os
import py_compile  # noqa: F401, for the words that it brings into the process
import signal
import struct
import sys
import warnings

SECONDS = 60


def _compile(path, name, level):
    # CPython reads the line of an error again from the file of the recorded name.
    os.chdir(os.path.dirname(path) or ".")
    with open(os.path.basename(path), "rb") as file:
        source = file.read()
    try:
        # As many references as py_compile holds when it dumps: that is a bit of the first byte.
        held = [compile(source, name, "exec", dont_inherit=True, optimize=level)]
        return marshal.dumps((True, marshal.dumps(held.pop() if sys.version_info >= (3, 15) else held[0])))
    except BaseException as error:
        kind = type(error).__name__
        if isinstance(error, SyntaxError):
            place = (error.lineno, error.offset, error.end_lineno, error.end_offset)
            return marshal.dumps((False, kind, str(error.msg), place, error.text))
        return marshal.dumps((False, kind, str(error), (None,) * 4, None))


def _serve(questions, answers):
    warnings.simplefilter("ignore")
    while True:
        head = _read(questions, 4)
        if not head:
            os._exit(0)
        path, name, level = marshal.loads(_read(questions, struct.unpack("<I", head)[0]))
        read, write = os.pipe()
        child = os.fork()
        if not child:
            signal.alarm(SECONDS)
            data = _compile(path, name, level)
            view = memoryview(data)
            while view:
                view = view[os.write(write, view):]
            os._exit(0)
        os.close(write)
        data = b""
        while part := os.read(read, 1 << 20):
            data += part
        os.close(read)
        _, status = os.waitpid(child, 0)
        if status:
            data = marshal.dumps((False, f"signal {os.waitstatus_to_exitcode(status)}", "", (None,) * 4, None))
        _write(answers, struct.pack("<I", len(data)) + data)


def _read(file, size):
    data = b""
    while len(data) < size and (part := os.read(file, size - len(data))):
        data += part
    return data


def _write(file, data):
    view = memoryview(data)
    while view:
        view = view[os.write(file, view):]


def _start():
    asked, ask = os.pipe()
    answers, answer = os.pipe()
    if not os.fork():
        os.close(ask)
        os.close(answers)
        _serve(asked, answer)
    os.close(asked)
    os.close(answer)
    return ask, answers


_ASK, _ANSWERS = _start()


def cpython(path, name, level=0):
    """`(True, marshalled code)` or `(False, exception, message, (line, column, end line, end column), text)`."""
    question = marshal.dumps((str(path), name, level))
    _write(_ASK, struct.pack("<I", len(question)) + question)
    return marshal.loads(_read(_ANSWERS, struct.unpack("<I", _read(_ANSWERS, 4))[0]))


def compare(binary, folder, scratch, show=(), level=0):
    """Compares both on every `.py` file of `folder`; prints and returns the differences."""
    import collections

    paths = sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".py"))
    results = pycompile(binary, paths, str(folder), os.path.join(scratch, "out"), level)
    counts = collections.Counter(programs=len(paths))
    wrong = 0
    for path in paths:
        expected, got = cpython(path, os.path.basename(path), level), results.get(path)
        fault = None
        if got is None:
            fault = "NO ANSWER"
        elif not got[0] and "bug in pycompile" in got[2]:
            fault = f"BUG {got[1:]}"
        elif expected[0] and got[0]:
            counts["accepted by both"] += 1
            if expected[1] != got[1]:
                # What is shared may depend on the process: the objects are equal then, and so is what they dump to.
                if marshal.dumps(marshal.loads(expected[1])) == marshal.dumps(marshal.loads(got[1])):
                    counts["different in references only"] += 1
                else:
                    fault = "DIFFERENT BYTES"
        elif expected[0] and "native compiler does not support the encoding" in got[2]:
            counts["in encodings that are not supported"] += 1
        elif expected[0]:
            fault = f"ONLY PYCOMPILE REFUSES {got[1:]}"
        elif got[0]:
            fault = f"ONLY CPYTHON REFUSES {expected[1:]}"
        else:
            counts["refused by both"] += 1
            agree = {
                "exception": expected[1] == got[1],
                "message": expected[2] == got[2],
                "line": expected[3][0] == got[3][0],
                "column": expected[3][:2] == got[3][:2],
                "end": expected[3] == got[3],
                # Whether the end of the line is in the text is never shown.
                "text": (expected[4] or "").rstrip("\n") == (got[4] or "").rstrip("\n"),
            }
            for kind, same in agree.items():
                counts["same " + kind] += same
                if not same and kind in show:
                    print(f"{path}: {kind} {got[1:]}\n    expected {expected[1:]}")
            counts["same in all"] += all(agree.values())
        if fault:
            print(f"{path}: {fault}")
            wrong += 1
    print(", ".join(f"{count} {name}" for name, count in counts.items()), f"{wrong} wrong", sep=", ")
    return wrong


def pycompile(binary, paths, folder, out, level=0):
    """The same, by path, from one run of `binary`; recorded names are relative to `folder`."""
    import subprocess

    version = ".".join(map(str, sys.version_info[:3]))
    done = subprocess.run(
        [binary, "compile", "--force", "--engine", "native", "--python", version, "--optimize", str(level),
         "--message-format", "json", "--invalidation-mode", "unchecked-hash", "--layout", "legacy", "--strip-dir",
         folder, "--output-dir", out, "-0", "-"],
        input=b"\0".join(os.fsencode(path) for path in paths), capture_output=True)
    if done.returncode not in (0, 1):
        sys.exit(f"pycompile exited {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    results = {}
    for line in done.stdout.decode("utf-8", "surrogatepass").split("\n")[:-1]:
        result = json.loads(line)
        if "summary" in result:
            continue
        error = result["error"]
        if error is None:
            with open(result["output"], "rb") as file:
                results[result["path"]] = (True, file.read()[16:])
        else:
            place = (error["line"], error["column"], error["end_line"], error["end_column"])
            results[result["path"]] = (False, error["type"], error["message"], place, error["text"])
    return results
