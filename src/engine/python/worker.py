# The worker of the python engine. It keeps one fork ready, which reads a request on standard input,
# compiles the source, answers on standard output and exits. A frame is a 32-bit little-endian length
# and that many bytes.
#
# Request:  optimize (1 byte), number of the warning to raise, from 1, or 0 (4 bytes), length of the
#           name (4 bytes), name, source.
# Answer:   b"C" and the code, b"E" and the error as JSON, or b"M" if there is not enough memory for
#           either; then b".", which is missing if the fork dies while it writes. Warnings come first:
#           b"W", the length of their JSON, and the JSON.
#
# If a fork dies, the worker exits with a status that gives the reason: 128 and the signal, or the
# fork's own status.
#
# The references to the code when it is marshalled, and the strings interned in the process, decide
# bits of the output. CPython up to 3.10 marks a string as shared if the process holds it anywhere.
# Therefore every name here either occurs in the modules imported below or starts with "worker_",
# which no source is expected to have; code for errors is text until there is an error; and up to
# 3.10 py_compile.compile itself compiles, with its reading and writing replaced.
import sys

# Remove the working directory, which -c adds.
del sys.path[0]

import os
import py_compile
import warnings

importlib = py_compile.importlib
# The replaced functions stay alive, so that their strings stay interned.
worker_kept = (
    importlib._bootstrap_external._write_atomic,
    importlib._bootstrap_external._calc_mode,
    warnings._showwarnmsg,
)

worker_error_text = """
import json
syntax = isinstance(error, SyntaxError)
worker_answer = json.dumps({
    "type": type(error).__name__,
    "message": str(error.msg if syntax else error),
    "line": error.lineno if syntax else None,
    "column": error.offset if syntax else None,
    "end_line": getattr(error, "end_lineno", None) if syntax else None,
    "end_column": getattr(error, "end_offset", None) if syntax else None,
    "text": error.text if syntax and isinstance(error.text, str) else None,
    "rendered": worker_rendered or "%s: %s" % (type(error).__name__, error),
}).encode("ascii")
"""

worker_warned_text = """
import json
worker_answer = json.dumps([
    (warning.category.__name__, str(warning.message), warning.lineno if warning.filename == name else 0)
    for warning in worker_warned
]).encode("ascii")
"""

worker_prepare_text = """
import gc, marshal, sys
def worker_direct(optimize, name, source):
    return b"C" + marshal.dumps(compile(source, name, "exec", dont_inherit=True, optimize=optimize))
def worker_held(optimize, name, source):
    worker_code = compile(source, name, "exec", dont_inherit=True, optimize=optimize)
    worker_holders = [worker_code, worker_code]
    return b"C" + marshal.dumps(worker_code)
# One-time initialization of the compiler is done here, with the text of this script, which adds no
# strings. It also shows whether py_compile's own code object counts as shared when it is
# marshalled.
worker_request = 0, "<worker>", sys.orig_argv[-1].encode()
worker_expected = worker_compile(*worker_request)
for worker_way in worker_direct, worker_held:
    if all(worker_way(*worker_request) == worker_expected for worker_time in range(20)):
        worker_compile = worker_way
        break
else:
    worker_compile = None
del worker_request, worker_expected, worker_way
gc.collect()
# A fork compiles one file: a garbage collection would only copy pages.
gc.disable()
# A fork would also copy a page for each free block that it fills, so the worker fills them. The
# allocator for small objects has a pool for each 16 bytes up to 512; larger objects are in the C
# library's heap.
worker_kept = [[object() for _ in range(2048)], [float(worker_time) for worker_time in range(1024)]]
for worker_size in range(48, 513, 16):
    worker_kept.append([bytes(worker_size - 40) for _ in range(32768 // worker_size)])
for worker_size in range(528, 4096, 16):
    worker_kept.append([bytes(worker_size - 40) for _ in range(4)])
# Later allocations by the C library begin at a page of two megabytes, if the system has such pages.
worker_kept.append(bytes(600))
worker_kept.append(bytes((-id(worker_kept[-1]) - 1400) % (1 << 21)))
worker_kept.append(bytes(600))
del worker_size
gc.freeze()
"""


def worker_read(worker_count):
    worker_parts = []
    while worker_count:
        data = os.read(0, min(worker_count, 1 << 20))
        if not data:
            # The other end of the pipe is closed.
            os._exit(1)
        worker_parts.append(data)
        worker_count -= len(data)
    return b"".join(worker_parts)


def worker_write(data):
    data = len(data).to_bytes(4, "little") + data
    worker_at = 0
    while worker_at < len(data):
        worker_at += os.write(1, data[worker_at:worker_at + (1 << 20)])


def worker_describe(error, worker_rendered):
    # The name "failure" occurs in CPython's own drivers.
    failure = {"error": error, "worker_rendered": worker_rendered}
    exec(worker_error_text, failure)
    return b"E" + failure["worker_answer"]


def worker_compile(optimize, name, source):
    worker_pycs = []
    # A codec named by the source is imported by the same loader, from its own file.
    worker_get = importlib._bootstrap_external.FileLoader.get_data
    importlib._bootstrap_external.SourceFileLoader.get_data = (
        lambda self, path: source if self.name == "<py_compile>" else worker_get(self, path))
    importlib._bootstrap_external._calc_mode = lambda path: 0
    importlib._bootstrap_external._write_atomic = lambda path, data, mode: worker_pycs.append(data)
    try:
        py_compile.compile(name, "<pyc>", name, doraise=True, optimize=optimize,
                           invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        return b"C" + worker_pycs[0][16:]
    except py_compile.PyCompileError as error:
        return worker_describe(error.exc_value, error.msg)
    except Exception as error:
        return worker_describe(error, None)


# The warnings of this fork, at most one more than are shown, and the number of the one to raise.
worker_warned = []
worker_raised = [0]


def worker_show(msg):
    if len(worker_warned) <= 100000:
        worker_warned.append(msg)
    if len(worker_warned) == worker_raised[0]:
        # The compiler turns the exception into a SyntaxError.
        raise msg.message


def worker_with_warnings(name, data):
    if worker_raised[0]:
        del worker_warned[worker_raised[0] - 1:]
    if not worker_warned:
        return data
    failure = {"worker_warned": worker_warned, "name": name}
    exec(worker_warned_text, failure)
    failure = failure["worker_answer"]
    return b"W" + len(failure).to_bytes(4, "little") + failure + data


def worker_serve(worker_direct):
    worker_end = 2
    try:
        data = worker_read(int.from_bytes(worker_read(4), "little"))
        # The request is read in full: the worker can serve the next one, whatever happens to this
        # fork.
        worker_end = 0
        worker_raised[0] = int.from_bytes(data[1:5], "little")
        worker_size = int.from_bytes(data[5:9], "little")
        data = data[0], os.fsdecode(data[9:9 + worker_size]), data[9 + worker_size:]
        name = data[1]
        if worker_direct is not None:
            try:
                data = worker_direct(*data)
            except Exception:
                del worker_warned[:]
                data = worker_compile(*data)
        else:
            data = worker_compile(*data)
        worker_write(worker_with_warnings(name, data) + b".")
    except MemoryError:
        data = None
        worker_write(b"M.")
    os._exit(worker_end)


def worker_main():
    warnings.simplefilter("default")
    warnings._showwarnmsg = worker_show
    worker_direct = None
    if sys.version_info >= (3, 11):
        worker_words = {"worker_compile": worker_compile}
        exec(worker_prepare_text, worker_words)
        worker_direct = worker_words["worker_compile"]
    else:
        # Strings must not be marked as shared because of garbage (enough new containers start a
        # full collection) or because of the cache of attributes, whose content depends on
        # addresses.
        worker_words = []
        while len(worker_words) < 100000:
            worker_words.append([])
        worker_words = None
        sys._clear_type_cache()
        if sys.version_info >= (3, 10):
            # This entry is always in 3.10's cache.
            worker_words = {}
            exec("_m = None", worker_words)
    # From 3.11 on, the greeting shows pre-releases and free threading.
    worker_greeting = "%d.%d.%d" % sys.version_info[:3] if worker_direct is None else "%.32s" % sys.version
    worker_write(worker_greeting.encode("ascii"))
    while True:
        worker_pid = os.fork()
        if worker_pid == 0:
            worker_serve(worker_direct)
        _, worker_end = os.waitpid(worker_pid, 0)
        if worker_end:
            os._exit(128 + (worker_end & 127) if worker_end & 127 else worker_end >> 8)


worker_main()
