#!/usr/bin/env python3
"""Writes the modules at the top of the standard libraries: src/audit/library_modules.txt.

    tools/reference-pythons | tools/library_modules.py

Every line of standard input names an interpreter: "VERSION<TAB>COMMAND". Each is asked for `sys.stdlib_module_names` and for
the modules in the directories of its library, among them those of tests, which the former leaves out. Names of build
configurations (`_sysconfigdata__linux_x86_64-linux-gnu`) are left out: verify knows how they begin.
"""
import pathlib
import subprocess
import sys

PROBE = r"""
import os, sys
names = set(getattr(sys, "stdlib_module_names", ())) | set(sys.builtin_module_names)
library = os.path.dirname(os.__file__)
for folder in library, os.path.join(library, "lib-dynload"):
    for file in os.listdir(folder) if os.path.isdir(folder) else ():
        path = os.path.join(folder, file)
        if os.path.isdir(path):
            if file.isidentifier() and any(name.endswith(".py") for name in os.listdir(path)):
                names.add(file)
        elif file.endswith((".py", ".so")):
            names.add(file.split(".")[0])
print("\n".join(names))
"""
OWN = ("sitecustomize", "usercustomize", "_sysconfigdata_")

names = set()
for line in sys.stdin:
    python = line.rstrip("\n").split("\t")[1]
    done = subprocess.run([python, "-I", "-S", "-c", PROBE], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    names.update(name for name in done.stdout.decode().split() if not name.startswith(OWN))
place = pathlib.Path(__file__).resolve().parent.parent / "src" / "audit" / "library_modules.txt"
place.write_text("".join(name + "\n" for name in sorted(names)), encoding="utf-8")
