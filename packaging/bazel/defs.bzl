"""Rules and toolchains to precompile with pycompile in rules_python, and to verify the pycs."""

load("@rules_python//python:py_info.bzl", "PyInfo")
load(":precompiler.bzl", _pycompile_precompiler = "pycompile_precompiler")
load(":toolchain.bzl", _pycompile_toolchain = "pycompile_toolchain")
load(":verify.bzl", "PYC_VERIFY_TEST", "pyc_verify_test_impl")

pycompile_precompiler = _pycompile_precompiler
pycompile_toolchain = _pycompile_toolchain

def _impl(ctx):
    return pyc_verify_test_impl(ctx, [PyInfo])

pyc_verify_test = rule(implementation = _impl, **PYC_VERIFY_TEST)
