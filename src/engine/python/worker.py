# The worker of the python engine: reads requests on standard input, compiles each in a fresh fork, and answers on
# standard output. A frame is a 32-bit little-endian length and that many bytes.
#
# Request:  optimize (1 byte), length of the name (4 bytes), the name, the source.
# Answer:   b"C" and the marshalled code, or b"E" and the error as JSON.
#
# The compiling is done by py_compile.compile itself, with its reading and writing taken over: how many references the
# code has when it is marshalled, and which strings are interned in the process, decide bits of the output.
import importlib._bootstrap_external
import os
import py_compile
import sys


def read_exactly(count):
    parts = []
    while count:
        part = os.read(0, min(count, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def write_all(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view[: 1 << 20]):]


def describe(error, rendered):
    import json

    syntax = isinstance(error, SyntaxError)
    answer = {
        "type": type(error).__name__,
        "message": str(error.msg if syntax else error),
        "line": error.lineno if syntax else None,
        "column": error.offset if syntax else None,
        "end_line": getattr(error, "end_lineno", None) if syntax else None,
        "end_column": getattr(error, "end_offset", None) if syntax else None,
        "text": error.text if syntax and isinstance(error.text, str) else None,
        "rendered": rendered,
    }
    return json.dumps(answer).encode("ascii")


def compile_one(optimize, name, source):
    import warnings

    warnings.simplefilter("ignore")
    written = []
    bootstrap = importlib._bootstrap_external
    # A codec that the source names is imported by the same loader, from its own file.
    read_file = bootstrap.FileLoader.get_data
    bootstrap.SourceFileLoader.get_data = (
        lambda self, path: source if self.name == "<py_compile>" else read_file(self, path))
    bootstrap._calc_mode = lambda path: 0
    bootstrap._write_atomic = lambda path, data, mode: written.append(data)
    try:
        py_compile.compile(name, "pycompile-answer", name, doraise=True, optimize=optimize,
                           invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        return b"C" + written[0][16:]
    except py_compile.PyCompileError as error:
        return b"E" + describe(error.exc_value, error.msg)
    except Exception as error:
        return b"E" + describe(error, "%s: %s" % (type(error).__name__, error))


def main():
    version = "%d.%d.%d" % sys.version_info[:3]
    write_all(1, len(version).to_bytes(4, "little") + version.encode("ascii"))
    while True:
        request = read_exactly(int.from_bytes(read_exactly(4), "little"))
        length = int.from_bytes(request[1:5], "little")
        child = os.fork()
        if child == 0:
            answer = compile_one(request[0], os.fsdecode(request[5:5 + length]), request[5 + length:])
            write_all(1, len(answer).to_bytes(4, "little") + answer)
            os._exit(0)
        request = None
        _, status = os.waitpid(child, 0)
        if status:
            signal = status & 127
            what = "was killed by signal %d" % signal if signal else "exited with status %d" % (status >> 8)
            answer = b"D" + what.encode("ascii")
            write_all(1, len(answer).to_bytes(4, "little") + answer)


main()
