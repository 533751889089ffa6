"""pycompile as a precompiler of rules_python. Needs no other repository."""

# The options of rules_python's own precompiler. pycompile also speaks `requires-worker-protocol=proto`.
PRECOMPILER_REQUIREMENTS = {
    "supports-workers": "1",
    "requires-worker-protocol": "json",
    "supports-multiplex-workers": "1",
    "supports-multiplex-sandboxing": "1",
    "supports-worker-cancellation": "1",
}

def _pycompile_precompiler_impl(ctx):
    # A toolchain names a program without arguments: by this name, pycompile is a precompiler.
    ending = ".exe" if ctx.executable.pycompile.extension == "exe" else ""
    executable = ctx.actions.declare_file(ctx.label.name + "/pycompile-bazel-worker" + ending)
    ctx.actions.symlink(output = executable, target_file = ctx.executable.pycompile, is_executable = True)
    requirements = dict(PRECOMPILER_REQUIREMENTS)
    requirements.update(ctx.attr.execution_requirements)
    return [
        DefaultInfo(
            executable = executable,
            runfiles = ctx.runfiles([executable, ctx.executable.pycompile]),
        ),
        testing.ExecutionInfo(requirements),
    ]

pycompile_precompiler = rule(
    doc = "The program for `precompiler` of `py_exec_tools_toolchain`, and for actions like those of rules_python.",
    implementation = _pycompile_precompiler_impl,
    executable = True,
    attrs = {
        "execution_requirements": attr.string_dict(
            doc = "Requirements of the actions, besides or instead of the default ones: workers, multiplex, JSON.",
        ),
        "pycompile": attr.label(
            doc = "The program `pycompile` for the platform that builds.",
            mandatory = True,
            allow_single_file = True,
            executable = True,
            cfg = "exec",
        ),
    },
)
