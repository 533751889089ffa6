"""Reproducible Python bytecode: CPython's own pycs, packed, listed and verified.

`compile`, `PycInvalidationMode`, `PyCompileError` and `main` have the signatures and exceptions of
`py_compile`; `compile_dir`, `compile_file` and `compile_path` have those of `compileall`.
`verify`, `diff` and `manifest` return objects. All of them run the `pycompile` program.
"""

from ._audit import Difference, Finding, Verified, diff, manifest, verify
from ._compileall import compile_dir, compile_file, compile_path
from ._program import ProgramError, find_program
from ._py_compile import PycInvalidationMode, PyCompileError, compile, main

__all__ = [
    "Difference",
    "Finding",
    "ProgramError",
    "PyCompileError",
    "PycInvalidationMode",
    "Verified",
    "compile",
    "compile_dir",
    "compile_file",
    "compile_path",
    "diff",
    "find_program",
    "main",
    "manifest",
    "verify",
]
