"""The toolchain that makes rules_python precompile with pycompile."""

load("@rules_python//python:py_exec_tools_toolchain.bzl", "py_exec_tools_toolchain")
load(":precompiler.bzl", "pycompile_precompiler")

def pycompile_toolchain(
        name,
        pycompile,
        execution_requirements = {},
        exec_compatible_with = [],
        target_settings = [],
        **kwargs):
    """Defines a toolchain, which `register_toolchains("//PACKAGE:NAME")` puts before rules_python's.

    Args:
        name: name of the toolchain.
        pycompile: the program.
        execution_requirements: see pycompile_precompiler.
        exec_compatible_with: the platforms that the program is for.
        target_settings: the settings that the toolchain is for, such as versions of Python.
        **kwargs: more arguments of py_exec_tools_toolchain, such as `exec_interpreter`.
    """
    pycompile_precompiler(
        name = name + "_precompiler",
        execution_requirements = execution_requirements,
        pycompile = pycompile,
    )
    py_exec_tools_toolchain(
        name = name + "_tools",
        precompiler = ":" + name + "_precompiler",
        **kwargs
    )
    native.toolchain(
        name = name,
        exec_compatible_with = exec_compatible_with,
        target_settings = target_settings,
        toolchain = ":" + name + "_tools",
        toolchain_type = Label("@rules_python//python:exec_tools_toolchain_type"),
    )
