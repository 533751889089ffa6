"""A test that verifies pycs. Needs no other repository; `defs.bzl` has it for targets of rules_python."""

# Runfiles are symlinks, which `verify` does not follow, so the test works on copies. Names of pycs do not contain
# levels in rules_python, but they do in Python.
_SCRIPT = """#!/bin/sh
set -eu
tree=$TEST_TMPDIR/tree
while IFS= read -r file; do
    place=$file
    case $place in
    ../*) place=external/${{place#../}} ;;
    esac
    case $place in
    *.opt-?.pyc) ;;
    */__pycache__/*.pyc | __pycache__/*.pyc) place=${{place%.pyc}}{level}.pyc ;;
    esac
    mkdir -p "$tree/$(dirname "./$place")"
    cp -L "./$file" "$tree/$place"
done <"{list}"
pycompile=$PWD/{pycompile}
cd "$tree"
if [ "${{TEST_TOTAL_SHARDS:-0}}" -gt 1 ]; then
    : >"$TEST_SHARD_STATUS_FILE"
    set -- --shard "$((TEST_SHARD_INDEX + 1))/$TEST_TOTAL_SHARDS" "$@"
fi
"$pycompile" verify . "$@"
"""

def _files(targets, py_infos):
    """Returns the sources and pycs of targets, each once."""
    found = []
    for target in targets:
        found += [target[DefaultInfo].files, target[DefaultInfo].default_runfiles.files]
        for py_info in py_infos:
            if py_info in target:
                # Fields that some versions of rules_python lack.
                for field in [
                    "transitive_sources",
                    "transitive_original_sources",
                    "transitive_pyc_files",
                    "transitive_implicit_pyc_files",
                ]:
                    found.append(getattr(target[py_info], field, depset()))
    return [file for file in depset(transitive = found).to_list() if file.extension in ["py", "pyc"]]

def pyc_verify_test_impl(ctx, py_infos = []):
    """Implements the rule.

    Args:
        ctx: the context of the rule.
        py_infos: the providers that targets have their pycs in, besides their files.

    Returns:
        The providers of the rule.
    """
    files = _files(ctx.attr.targets, py_infos)
    if not [file for file in files if file.extension == "pyc"]:
        fail("{} has no pycs to verify: is precompiling enabled for its targets?".format(ctx.label))
    paths = {}
    for file in files:
        if paths.setdefault(file.short_path, file) != file:
            fail("{} has two files of the name {}, of which the test would see one".format(ctx.label, file.short_path))
    level = ".opt-{}".format(ctx.attr.optimize) if ctx.attr.optimize else ""
    names = ctx.actions.declare_file(ctx.label.name + ".files")
    ctx.actions.write(names, "".join([file.short_path + "\n" for file in files]))
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(script, is_executable = True, content = _SCRIPT.format(
        level = level,
        list = names.short_path,
        pycompile = ctx.executable.pycompile.short_path,
    ))
    runfiles = ctx.runfiles(files + [names, ctx.executable.pycompile])
    return [DefaultInfo(executable = script, runfiles = runfiles)]

PYC_VERIFY_TEST = dict(
    doc = "Passes if every pyc of its targets is what its source compiles to. `args` are more options of `verify`.",
    test = True,
    attrs = {
        "optimize": attr.int(
            doc = "The optimization level of the pycs, which their names do not tell.",
            values = [0, 1, 2],
        ),
        "pycompile": attr.label(
            doc = "The program `pycompile` for the platform that tests run on.",
            mandatory = True,
            allow_single_file = True,
            executable = True,
            cfg = "target",
        ),
        "targets": attr.label_list(
            doc = "The targets with the pycs and their sources.",
            mandatory = True,
            allow_files = [".py", ".pyc"],
        ),
    },
)

def _impl(ctx):
    return pyc_verify_test_impl(ctx)

pyc_verify_test = rule(implementation = _impl, **PYC_VERIFY_TEST)
