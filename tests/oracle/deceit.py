#!/usr/bin/env python3
"""Compares `verify` with a real interpreter on trees and wheels that deceive.

    tests/oracle/deceit.py PYCOMPILE [PYTHON]

Builds trees and wheels from every place, carrier and change below, runs PYTHON (this one; 3.8 or newer) to see which code it
imports or runs from each, and runs `PYCOMPILE verify`. A tree from which Python gets other code than that of its sources must
have a finding, and an honest tree must have none. Wheels are installed by unpacking them as installers do. The exit status is
1 if a result is wrong.
"""

import base64
import hashlib
import importlib.util
import io
import itertools
import marshal
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile

GOOD, EVIL = b"X = 'SAFE'\n", b"X = 'EVIL'\n"
# The interpreter as it was named: it may be started by a script that sets up its libraries.
PYTHON = os.environ.get("PYCOMPILE_DECEIT_PYTHON", sys.executable)
TAG = sys.implementation.cache_tag
SITE = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
STDZIP = f"lib/python{sys.version_info[0]}{sys.version_info[1]}.zip"
NAME = "demo-1.0-py3-none-any.whl"
INFO = "demo-1.0.dist-info"


def reference(source, optimize, filename="m.py"):
    """The code as a fresh process writes it."""
    program = (
        "import sys, py_compile; py_compile.compile(sys.argv[1], cfile=sys.argv[2], dfile=sys.argv[3], doraise=True,"
        " optimize=int(sys.argv[4]), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)"
    )
    with tempfile.TemporaryDirectory() as folder:
        path, pyc = os.path.join(folder, "m.py"), os.path.join(folder, "m.pyc")
        with open(path, "wb") as file:
            file.write(source)
        subprocess.run([PYTHON, "-I", "-S", "-c", program, path, pyc, filename, str(optimize)], check=True)
        with open(pyc, "rb") as file:
            return file.read()


def lies():
    """Pycs by what is wrong with them: (name, bytes of a pyc of m)."""
    honest, evil = reference(GOOD, 0), reference(EVIL, 0)
    yield "honest", honest
    yield "other code", honest[:16] + evil[16:]
    yield "another source", evil
    yield "another flag", honest[:4] + struct.pack("<I", 3) + honest[8:16] + evil[16:]
    code = marshal.loads(evil[16:])
    yield "unmarked references", honest[:16] + marshal.dumps(code, 2)


def carriers(pyc):
    cached = f"__pycache__/m.{TAG}.pyc"
    yield "cached", {"m.py": GOOD, cached: pyc}, "import"
    yield "legacy", {"m.py": GOOD, "m.pyc": pyc}, "import"
    yield "sourceless", {"m.pyc": pyc}, "import"
    yield "package", {"m/__init__.pyc": pyc}, "import"
    yield "level 1", {"m.py": GOOD, f"__pycache__/m.{TAG}.opt-1.pyc": pyc}, "import -O"
    yield "program", {"m": pyc}, "run m"
    yield "upper case", {"m.PYC": pyc}, "run m.PYC"
    yield "source", {"m.py": pyc}, "run m.py"


def packed(files, prefix=b""):
    data = io.BytesIO(prefix)
    with zipfile.ZipFile(data, "a" if prefix else "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return data.getvalue()


def lay(root, files):
    for name, content in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def link(root, target, name):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(target, path)


def in_tree(root, files):
    lay(root + "/t", files)
    return "t"


def in_site(root, files):
    lay(f"{root}/t/{SITE}", files)
    return f"t/{SITE}"


def in_default_zip(root, files):
    lay(root + "/t", {STDZIP: packed(files)})
    return f"t/{STDZIP}"


def in_egg(root, files):
    lay(root + "/t/site", {"lib.egg": packed(files), "lib.pth": b"lib.egg\n"})
    return "t/site/lib.egg"


def after_program(root, files):
    lay(root + "/t", {"tool.exe": packed(files, b"MZ launcher\n")})
    return "t/tool.exe"


def behind_link(root, files):
    lay(root + "/out", files)
    link(root, "../out", "t/p")
    return "t/p"


def behind_links(root, files):
    lay(root + "/out", files)
    link(root, "../../out", "way/one/two")
    link(root, "../way", "t/p")
    return "t/p/one/two"


def behind_pth(root, files):
    lay(root + "/out", files)
    lay(root + "/t/site", {"lib.pth": b"../../out\n"})
    return "out"


def end(entries, size, start):
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries, entries, size, start, 0)


def end64(entries, size, start):
    return struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, start)


def taken_apart(archive):
    """The entries, the headers of the directory, and their number."""
    entries, size, start = struct.unpack("<H2L", archive[-12:-2])
    return archive[:start], archive[start : start + size], entries


def around(content, comment):
    """The entry and the header of a zip of one file that has a comment."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        info = zipfile.ZipInfo("data.bin")
        info.comment = comment
        archive.writestr(info, content)
    return taken_apart(data.getvalue())[:2]


def zip64_without_locator(archive):
    """3.13 and later read the directory in the comment."""
    inner, headers, count = taken_apart(archive)
    entry, header = around(inner, b"")
    start = len(entry) + len(header) - (len(entry) - len(inner))
    comment = headers + end64(count, len(headers), start) + bytes(20)
    entry, header = around(inner, comment)
    return entry + header + end(1, len(header), len(entry))


def zip64_overlooked(archive):
    """3.12 and earlier read the directory 76 bytes later."""
    inner, headers, _ = taken_apart(archive)
    entry, header = around(bytes(76) + inner, b"")
    shift, moved = len(entry) - len(inner) - 76, b""
    while headers:
        size = 46 + sum(struct.unpack("<3H", headers[28:34]))
        (offset,) = struct.unpack("<L", headers[42:46])
        moved += headers[:42] + struct.pack("<L", offset + shift) + headers[46:size]
        headers = headers[size:]
    entry, header = around(bytes(76) + inner, bytes(76 - len(header)) + moved)
    start, size = len(entry), len(header)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
    return entry + header + end64(1, size, start) + locator + end(1, size, start)


def far_from_end(archive):
    return archive + bytes(65_560)


def in_gzip_header(archive):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as package:
        package.addfile(tarfile.TarInfo("readme.txt"))
    package = bytearray(data.getvalue())
    package[3] |= 4
    package[10:10] = struct.pack("<H", len(archive)) + archive
    return bytes(package)


def after_tar(archive):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as package:
        package.addfile(tarfile.TarInfo("readme.txt"))
    return data.getvalue() + archive + bytes(1024)


def behind_another_reading(shape):
    def place(root, files):
        lay(root + "/t", {STDZIP: shape(packed(files))})
        return f"t/{STDZIP}"

    place.__name__ = f"behind {shape.__name__}"
    return place


SHAPES = [zip64_without_locator, zip64_overlooked, far_from_end, in_gzip_header, after_tar]
ZIPS = [in_default_zip, in_egg, after_program, *map(behind_another_reading, SHAPES)]
PLACES = [in_tree, in_site, behind_link, behind_links, behind_pth, *ZIPS]


# Lines of a `.pth` file in `t/site`, each with the directory that a version of Python may come to.
LINES = [
    (b"../../out", b"out"),
    (b"nope/../../../out", b"out"),
    (b"import/../../../out", b"out"),
    (b"x.zip/../../../out", b"out"),
    (b"../../out\x1f", b"out"),
    (b"../../out\xc2\x85", b"out"),
    (b" \t../../out", b"out"),
    (b"#\x0b../../out", b"out"),
    (b"../../out\x0by", b"out\x0by"),
    (b"../../out\xe2\x80\xa8y", b"out\xe2\x80\xa8y"),
    (b"\xef\xbb\xbf../../out", b"out"),
    (b"\xef\xbb\xbf/../../../out", b"out"),
    (b"../../out\xe9", b"out\xe9"),
    (b" import x/../../../out", b"out"),
]


def row(name, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"


def wheel(files):
    files = dict(files)
    files[f"{INFO}/METADATA"] = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
    files[f"{INFO}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(row(name, content) for name, content in files.items()) + f"{INFO}/RECORD,,\n"
    return packed({**files, f"{INFO}/RECORD": record.encode()})


def install(archive, prefix):
    """As installers unpack: what is spread later takes the place of what was there."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in sorted(opened.namelist(), key=lambda name: ".data/" in name):
            top, _, rest = name.partition("/")
            below = f"{SITE}/{name}"
            if top.endswith(".data"):
                scheme, _, rest = rest.partition("/")
                places = {"purelib": f"{SITE}/", "platlib": f"{SITE}/", "scripts": "bin/", "headers": "include/demo/", "data": ""}
                below = places[scheme] + rest
            lay(prefix, {below: opened.read(name)})


SCHEMES = ["", "demo-1.0.data/purelib/", "demo-1.0.data/platlib/", f"demo-1.0.data/data/{SITE}/", "demo-1.0.data/scripts/"]


def got(root, below, how):
    """The value of X by import, or of the code that is run."""
    path = os.path.join(root, below)
    if how.startswith("run"):
        program = "import runpy, sys; sys.path[:0] = []; print(runpy.run_path(sys.argv[1]).get('X'))"
        # `runpy` recognizes a pyc by reading it, as `python FILE` does by its magic number.
        command = [PYTHON, "-I", "-S", "-c", program, os.path.join(path, how.split()[1])]
    else:
        program = "import sys; sys.path.insert(0, sys.argv[1]); import m; print(m.X)"
        if how == "site":
            program = "import site, sys; site.addsitedir(sys.argv[1]); import m; print(m.X)"
        command = [PYTHON, *how.split()[1:], "-B", "-I", "-S", "-c", program, path]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.decode().strip() or None


def verify(pycompile, path, options):
    done = subprocess.run([pycompile, "verify", path, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def text_link(folder):
    lay(folder + "/t", {"notes.txt": EVIL})
    link(folder, "notes.txt", "t/m.py")
    return "t", "import"


def outside_link(folder):
    link(folder, "../out/m.py", "t/m.py")
    return "t", "import"


def package_link(folder):
    link(folder, "../../out/m.py", "t/m/__init__.py")
    return "t", "import"


def folder_link(folder):
    link(folder, "../out", "t/p")
    return "t/p", "import"


def module_link(folder):
    lay(folder + "/out/m", {"__init__.py": EVIL})
    link(folder, "../out/m", "t/m")
    return "t", "import"


def own_folder_link(folder):
    for tree in ("t", "trusted"):
        lay(f"{folder}/{tree}/other", {"__init__.py": EVIL})
    link(folder, "other", "t/m")
    return "t", "import"


def path_file(folder):
    lay(folder + "/t/site", {"x.pth": b"../../out\n"})
    return "t/site", "site"


def startup_code(folder):
    lay(folder + f"/t/{SITE}", {"x.pth": b"import sys; sys.modules['m'] = type('M', (), {'X': 'EVIL'})\n"})
    return f"t/{SITE}", "site"


def refused_archive(folder):
    archive = bytearray(packed({"m.py": EVIL}))
    # The sizes of the local header, which zipimport ignores.
    archive[18:26] = bytes(8)
    lay(folder + "/t", {STDZIP: bytes(archive)})
    return f"t/{STDZIP}", "import"


def extension_of_windows(folder):
    link(folder, "../out/m.py", "t/m.pyw")
    return "t", "run m.pyw"


WITH_TRUSTED = [
    text_link,
    outside_link,
    package_link,
    folder_link,
    module_link,
    own_folder_link,
    path_file,
    startup_code,
    refused_archive,
    extension_of_windows,
]


def trusted_cases(root):
    """Yields trees whose sources are checked against `trusted`, and other sources in `out`."""
    for place in WITH_TRUSTED:
        folder = tempfile.mkdtemp(dir=root)
        for tree in ("t", "trusted"):
            lay(f"{folder}/{tree}/honest", {"h.py": GOOD})
        lay(folder + "/out", {"m.py": EVIL})
        below, how = place(folder)
        options = ["--sources", folder + "/trusted"]
        yield f"trusted: {place.__name__}", folder + "/t", folder, below, how, options


def all_cases(root):
    for case in cases(root):
        yield (*case, [])
    yield from trusted_cases(root)


def cases(root):
    """(name, what to verify, where to import from, how)"""
    all_lies = list(lies())
    for (lie, pyc), place in itertools.product(all_lies, PLACES):
        for carrier, files, how in carriers(pyc):
            if place in ZIPS and how != "import":
                continue
            folder = tempfile.mkdtemp(dir=root)
            lay(folder + "/t/honest", {"h.py": GOOD})
            yield f"tree: {lie}, {carrier}, {place.__name__}", folder + "/t", folder, place(folder, files), how
    for number, (line, target) in enumerate(LINES):
        folder = tempfile.mkdtemp(dir=root)
        lay(folder + "/t/honest", {"h.py": GOOD})
        lay(folder + "/t/site", {"lib.pth": line + b"\n"})
        lay(os.path.join(os.fsencode(folder), target), {b"m.pyc": dict(all_lies)["another source"]})
        yield f"tree: line {number} of a .pth file, {line!r}", folder + "/t", folder, "t/site", "site"
    for (lie, pyc), scheme in itertools.product(all_lies, SCHEMES):
        for carrier, files, how in carriers(pyc):
            folder = tempfile.mkdtemp(dir=root)
            archive = wheel({scheme + name: content for name, content in files.items()})
            lay(folder, {NAME: archive})
            install(archive, folder + "/installed")
            below = "installed/bin" if "scripts" in scheme else f"installed/{SITE}"
            yield f"wheel: {lie}, {carrier}, {scheme or 'root'}", f"{folder}/{NAME}", folder, below, how
    cached = f"__pycache__/m.{TAG}.pyc"
    evil = dict(all_lies)["another source"]
    for one, other in itertools.permutations(SCHEMES[:4], 2):
        folder = tempfile.mkdtemp(dir=root)
        archive = wheel({one + "m.py": GOOD, other + "m.py": EVIL, other + cached: evil})
        lay(folder, {NAME: archive})
        install(archive, folder + "/installed")
        yield f"wheel: two sources, {one or 'root'}, {other or 'root'}", f"{folder}/{NAME}", folder, f"installed/{SITE}", "import"


def main():
    pycompile = os.path.abspath(sys.argv[1])
    if len(sys.argv) > 2:
        os.environ["PYCOMPILE_DECEIT_PYTHON"] = sys.argv[2]
        os.execv(sys.argv[2], [sys.argv[2], sys.argv[0], pycompile])
    root = tempfile.mkdtemp()
    counts = {"evil": 0, "refused": 0, "honest": 0, "wrong": 0}
    kinds = {"tree": 0, "wheel": 0, "trusted": 0}
    try:
        for name, path, folder, below, how, options in all_cases(root):
            found = got(folder, below, how)
            status, said = verify(pycompile, path, options)
            counts["evil" if found == "EVIL" else "honest" if found == "SAFE" else "refused"] += 1
            if found == "EVIL":
                kinds[name.split(":")[0]] += 1
            # Evil code never passes; nothing that could not be verified is called so either.
            if found == "EVIL" and status != 1 or status not in (0, 1, 2) or (status == 2 and "0 pycs" in said):
                counts["wrong"] += 1
                print(f"WRONG {name}: Python gets {found}, verify exits {status}\n{said}")
            is_plain = name.split(", ")[1:2] in (["cached"], ["legacy"]) and "behind" not in name
            if "honest" in name and is_plain and status != 0:
                counts["wrong"] += 1
                print(f"WRONG {name}: honest, and verify exits {status}\n{said}")
            shutil.rmtree(folder)
    finally:
        shutil.rmtree(root)
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"{version}: EVIL is imported or run from {kinds['tree']} trees, {kinds['trusted']} trees with trusted sources and {kinds['wheel']} wheels; {counts}")
    return 1 if counts["wrong"] or not counts["evil"] else 0


if __name__ == "__main__":
    sys.exit(main())
