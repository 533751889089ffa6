"""A library that is precompiled.

rules_python takes the requirements of the action from the provider `testing.ExecutionInfo`, which the rules of an old Bazel
cannot read.
"""

load("@pycompile_bazel//:precompiler.bzl", "PRECOMPILER_REQUIREMENTS")
load(":py_info.bzl", "PyInfo")

_TOOLS = "@rules_python//python:exec_tools_toolchain_type"

def _pyc(ctx, precompiler, source):
    stem = source.basename[:-len(".py")]
    name = stem + ".pyc" if ctx.attr.omit_source else "__pycache__/{}.{}.pyc".format(stem, ctx.attr.tag)
    pyc = ctx.actions.declare_file(name, sibling = source)
    arguments = ctx.actions.args()
    arguments.use_param_file("@%s", use_always = True)
    arguments.set_param_file_format("multiline")
    arguments.add("--invalidation_mode", ctx.attr.invalidation_mode)
    arguments.add("--src", source)
    arguments.add("--src_name", source.short_path)
    arguments.add("--pyc", pyc)
    arguments.add("--optimize", str(ctx.attr.optimize))
    arguments.add("--python_version", ctx.attr.python_version)
    requirements = dict(PRECOMPILER_REQUIREMENTS)
    requirements["requires-worker-protocol"] = ctx.var.get("protocol", "json")
    ctx.actions.run(
        executable = precompiler[DefaultInfo].files_to_run,
        arguments = [arguments],
        inputs = [source],
        outputs = [pyc],
        mnemonic = "PyCompile",
        env = {"PYTHONHASHSEED": "0", "PYTHONNOUSERSITE": "1", "PYTHONSAFEPATH": "1"},
        execution_requirements = requirements,
    )
    return pyc

def _impl(ctx):
    precompiler = ctx.toolchains[_TOOLS].exec_tools.precompiler
    pycs = [_pyc(ctx, precompiler, source) for source in ctx.files.srcs]
    kept = [] if ctx.attr.omit_source else ctx.files.srcs
    return [
        DefaultInfo(files = depset(kept + pycs)),
        PyInfo(
            transitive_sources = depset(kept),
            transitive_original_sources = depset(ctx.files.srcs),
            transitive_pyc_files = depset(pycs),
            transitive_implicit_pyc_files = depset(),
        ),
    ]

py_library = rule(
    implementation = _impl,
    attrs = {
        "invalidation_mode": attr.string(default = "unchecked_hash"),
        "omit_source": attr.bool(),
        "optimize": attr.int(),
        "python_version": attr.string(mandatory = True),
        "srcs": attr.label_list(allow_files = [".py"]),
        "tag": attr.string(),
    },
    toolchains = [_TOOLS],
)
