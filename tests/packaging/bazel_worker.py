#!/usr/bin/env python3
"""Tests the persistent worker without Bazel: rare requests, and those of a broken build.

    tests/packaging/bazel_worker.py BINARY [--gigabytes N]

Sends, in both encodings: streams of a gigabyte (many requests, and one with long inputs), measuring the memory; every
prefix of a request; damaged requests; wrong arguments; a thousand requests of which many are canceled; and ends the input
and the output. Each request must have one answer, the worker must end in time with the exit status 0, or 2 and a sentence,
and the pycs must be those that CPython has written (tests/golden).
"""

import argparse
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
NAME = "statements"
# What a worker may take, in megabytes, however long its requests are.
MEMORY = 200


def fail(message):
    sys.exit(f"FAILED: {message}")


def varint(number):
    number &= (1 << 64) - 1
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


class Json:
    name = "json"

    @staticmethod
    def encode(request):
        return json.dumps(request).encode() + b"\n"

    @staticmethod
    def inputs(megabytes):
        """Yields a request with as many inputs, in parts."""
        yield b'{"inputs": ['
        one = b'{"path": "external/some_package/module.py", "digest": "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="},' * 11_000
        for _ in range(megabytes):
            yield one
        yield b'null], '

    @staticmethod
    def rest(request):
        return json.dumps(request).encode()[1:]

    @staticmethod
    def answers(stream):
        for line in stream:
            answer = json.loads(line)
            yield answer.get("requestId", 0), answer.get("exitCode", 0), answer.get("wasCancelled", False)


class Proto:
    name = "proto"

    @staticmethod
    def message(request):
        out = b"".join(field(1, argument.encode()) for argument in request.get("arguments", []))
        out += field(3, request.get("requestId", 0))
        if request.get("cancel"):
            out += field(4, 1)
        return out

    @classmethod
    def encode(cls, request):
        message = cls.message(request)
        return varint(len(message)) + message

    @staticmethod
    def answers(stream):
        def number(data, at):
            value = shift = 0
            while True:
                byte = data[at]
                value |= (byte & 0x7F) << shift
                at, shift = at + 1, shift + 7
                if byte < 0x80:
                    return value, at

        while first := stream.read(1):
            while first[-1] >= 0x80:
                first += stream.read(1)
            data = stream.read(number(first, 0)[0])
            found, at = {}, 0
            while at < len(data):
                tag, at = number(data, at)
                value, at = number(data, at)
                if tag & 7 == 2:
                    at += value
                found[tag >> 3] = value
            yield found.get(3, 0), found.get(1, 0), bool(found.get(4, 0))


class Worker:
    def __init__(self, binary, folder, encoding, *options):
        command = [binary, "bazel-worker", "--persistent_worker", "--worker_protocol", encoding.name, *options]
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env={"PATH": ""})
        self.answers = []
        self.arrived = threading.Condition()
        self.reader = threading.Thread(target=self.read, args=(encoding,))
        self.reader.start()

    def read(self, encoding):
        for answer in encoding.answers(self.process.stdout):
            with self.arrived:
                self.answers.append(answer)
                self.arrived.notify_all()

    def send(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def wait_for(self, count, what):
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.answers) >= count, 100):
                fail(f"{what}: {len(self.answers)} answers instead of {count}")

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        return next(int(line.split()[1]) >> 10 for line in status.splitlines() if line.startswith("VmHWM"))

    def end(self, what, *statuses):
        """Ends the input; returns the answers."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        said = self.process.stderr.read().decode()
        try:
            status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            fail(f"{what}: it does not end")
        self.reader.join()
        if status not in statuses or "panicked" in said or (status == 2) != said.startswith("error: "):
            fail(f"{what}: exit status {status}, {said!r}")
        return self.answers


class Lab:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        shutil.copy(GOLDEN / f"{NAME}.py", folder / "a.py")
        lines = "x = [a.b(c, d=1) for e in f if g]\n" * 30_000
        (folder / "slow.py").write_text(lines, "utf-8")

    def worker(self, encoding, *options):
        return Worker(self.binary, self.folder, encoding, *options)

    @staticmethod
    def request(pyc, number, source="a.py", version="3.14"):
        arguments = ["--invalidation_mode", "unchecked_hash", "--src", source, "--src_name", f"{NAME}.py", "--pyc", pyc,
                     "--optimize", "0", "--python_version", version]
        return {"arguments": arguments, "requestId": number}

    def is_written(self, pyc, version="3.14"):
        folder = {"3.13": GOLDEN / "313", "3.15": GOLDEN / "315"}.get(version, GOLDEN)
        return (self.folder / pyc).read_bytes() == (folder / f"{NAME}.pyc").read_bytes()


def long_streams(lab, encoding, gigabytes):
    """A gigabyte in requests of a megabyte, then one in a single request."""
    total = gigabytes * 1000
    worker = lab.worker(encoding)
    start = time.monotonic()
    if encoding is Json:
        part = list(Json.inputs(1))
        for number in range(total):
            worker.send(b"".join(part) + Json.rest(lab.request(f"{number % 50}.pyc", number)))
    else:
        inputs = field(2, field(1, b"external/some_package/module.py") + field(2, b"x" * 40)) * 13_000
        for number in range(total):
            message = inputs + Proto.message(lab.request(f"{number % 50}.pyc", number))
            worker.send(varint(len(message)) + message)
    worker.wait_for(total, "many requests")
    many = time.monotonic() - start
    start = time.monotonic()
    last = lab.request("last.pyc", total)
    if encoding is Json:
        for part in Json.inputs(total):
            worker.send(part)
        worker.send(Json.rest(last))
    else:
        end = Proto.message(last)
        worker.send(varint(len(inputs) * total + len(end)))
        for _ in range(total):
            worker.send(inputs)
        worker.send(end)
    worker.wait_for(total + 1, "one request")
    memory = worker.memory()
    answers = worker.end("long streams", 0)
    if sorted(answer[0] for answer in answers) != list(range(total + 1)) or any(answer[1] for answer in answers):
        fail(f"{encoding.name}: not one good answer for each request")
    if not lab.is_written("last.pyc") or not lab.is_written("0.pyc"):
        fail(f"{encoding.name}: the pycs are not CPython's")
    if memory > MEMORY:
        fail(f"{encoding.name}: {memory} MB")
    print(f"ok: {encoding.name}: {gigabytes} GB in {total} requests ({many:.1f} s), and in one "
          f"({time.monotonic() - start:.1f} s): {memory} MB of memory")


def halves(lab, encoding, binary_step):
    """Every beginning of a request, after a whole one."""
    whole, half = encoding.encode(lab.request("a.pyc", 1)), encoding.encode(lab.request("b.pyc", 2)).strip(b"\n")
    count = 0
    for length in range(0, len(half) + 1, binary_step):
        worker = lab.worker(encoding)
        worker.send(whole + half[:length])
        is_whole = length in (0, len(half))
        answers = worker.end(f"{encoding.name}: {length} bytes", 0 if is_whole else 2)
        if [answer[0] for answer in answers] not in ([[1]] if not length or not is_whole else [[1, 2], [2, 1]]):
            fail(f"{encoding.name}: {length} bytes: {answers}")
        count += 1
    print(f"ok: {encoding.name}: {count} ends of input")


def damaged(lab, encoding, count, chance):
    """Requests with some bytes changed. None of them may end other than with a sentence."""
    request = encoding.encode(lab.request("a.pyc", 1))
    ends = [0, 0, 0]
    for _ in range(count):
        data = bytearray(request * 3)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at:at + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 2))
        worker = lab.worker(encoding)
        worker.send(bytes(data))
        answers = worker.end(f"{encoding.name}: {bytes(data)!r}", 0, 2)
        ends[worker.process.returncode] += 1
        if len(answers) > 60 or any(answer[1] not in (0, 1, 2) for answer in answers):
            fail(f"{encoding.name}: {bytes(data)!r}: {answers}")
    print(f"ok: {encoding.name}: {count} damaged streams, of which {ends[2]} cannot be read on")


def canceled(lab, encoding, count, chance):
    """Requests, and cancellations of some of them before, while and after they are worked on."""
    worker = lab.worker(encoding, "--jobs", "4")
    sent = {}
    for number in range(1, count + 1):
        is_slow = chance.random() < 0.05
        sent[number] = is_slow
        worker.send(encoding.encode(lab.request(f"c{number}.pyc", number, "slow.py" if is_slow else "a.py")))
        for _ in range(chance.randint(0, 2)):
            worker.send(encoding.encode({"requestId": chance.randint(max(1, number - 8), number), "cancel": True}))
        if is_slow:
            worker.send(encoding.encode({"requestId": number, "cancel": True}))
        if number % 100 == 0:
            time.sleep(0.01)
    answers = worker.end("cancellation", 0)
    if sorted(answer[0] for answer in answers) != sorted(sent):
        fail(f"{encoding.name}: not one answer for each request")
    stopped = {number for number, _, is_cancelled in answers if is_cancelled}
    if not {number for number, is_slow in sent.items() if is_slow} <= stopped:
        fail(f"{encoding.name}: a slow request was not stopped")
    for number, status, is_cancelled in answers:
        if status or not (is_cancelled or lab.is_written(f"c{number}.pyc")):
            fail(f"{encoding.name}: request {number}: exit code {status}, or another pyc than CPython's")
    if left := [path.name for path in lab.folder.iterdir() if path.suffix not in (".py", ".pyc")]:
        fail(f"temporary files are left: {left}")
    print(f"ok: {encoding.name}: {count} requests, {len(stopped)} canceled, one answer each")


def wrong(lab, encoding):
    """Wrong arguments between right ones, and arguments that are too large."""
    worker = lab.worker(encoding)
    requests = []
    good = lab.request("w.pyc", 0)["arguments"]
    for at in range(len(good)):
        requests += [good[:at], good[:at] + good[at + 1:], good[:at] + ["--bogus"] + good[at:], good[:at] + ["\x1b[2J"]]
    requests += [["@"], ["@a.py"], ["@/dev/zero"], ["--pyc", "x" * (17 << 20)], ["--src", "\0"] + good]
    for number, arguments in enumerate(requests, 1):
        for kind, values in ((number, arguments), (-number, good)):
            worker.send(encoding.encode({"arguments": values, "requestId": kind}))
    answers = worker.end("wrong arguments", 0)
    number = {True: lambda value: value - (1 << 64) if value >> 63 else value, False: lambda value: value}[encoding is Proto]
    statuses = {number(answer[0]): answer[1] for answer in answers}
    for at, arguments in enumerate(requests, 1):
        # Without the level or the mode, the request is right.
        is_right = {"--src", "--src_name", "--pyc", "--python_version"} <= set(arguments[::2]) and len(arguments) % 2 == 0
        if statuses.get(-at) != 0 or (statuses.get(at) not in (1, 2) and not is_right):
            fail(f"{encoding.name}: {arguments[:12]}: {statuses.get(at)}, and {statuses.get(-at)} for right ones")
    for version in ("3.13", "3.15"):
        worker = lab.worker(encoding)
        worker.send(encoding.encode(lab.request(f"{version}.pyc", 0, version=version)))
        worker.end(version, 0)
        if not lab.is_written(f"{version}.pyc", version):
            fail(f"{version}: the pyc is not CPython's")
    print(f"ok: {encoding.name}: {len(requests)} wrong requests are answered, and as many right ones between them")


def closed_output(lab, encoding):
    """Nobody reads the answers any more."""
    command = [lab.binary, "bazel-worker", "--persistent_worker"]
    process = subprocess.Popen(command, cwd=lab.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    try:
        for number in range(2000):
            process.stdin.write(encoding.encode(lab.request("x.pyc", number)))
        process.stdin.close()
    except BrokenPipeError:
        pass
    if (status := process.wait(60)) or (said := process.stderr.read()):
        fail(f"{encoding.name}: nobody reads: exit status {status}, {said!r}")
    process.stderr.close()
    print(f"ok: {encoding.name}: the output is closed")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--gigabytes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    binary = arguments.binary.resolve()
    for encoding in (Json, Proto):
        folder = pathlib.Path(tempfile.mkdtemp())
        chance = random.Random(arguments.seed)
        try:
            lab = Lab(binary, folder)
            wrong(lab, encoding)
            halves(lab, encoding, 3 if encoding is Json else 2)
            canceled(lab, encoding, 1000, chance)
            damaged(lab, encoding, 300, chance)
            closed_output(lab, encoding)
            long_streams(lab, encoding, arguments.gigabytes)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
