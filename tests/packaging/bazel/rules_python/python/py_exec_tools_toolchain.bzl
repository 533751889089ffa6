"""The toolchain of tools that run in builds."""

def _impl(ctx):
    return [platform_common.ToolchainInfo(exec_tools = struct(precompiler = ctx.attr.precompiler))]

py_exec_tools_toolchain = rule(
    implementation = _impl,
    attrs = {"precompiler": attr.label(allow_files = True, cfg = "exec")},
)
