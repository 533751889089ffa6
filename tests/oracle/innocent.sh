#!/usr/bin/env bash
# Checks that `verify --references any` has no finding in new environments: those of venv, in which pip has compiled what it
# installed, and those of uv, with `uv pip install --compile-bytecode`, where a uv is on PATH or `UV` names one. Where an
# interpreter makes no environment, because it was unpacked and not installed, it compiles what uv installs in one process.
#
#     tests/oracle/innocent.sh target/release/pycompile <<<"$(tools/reference-pythons)"
#
# Each line of standard input is a release, a tab and an interpreter. An interpreter without ensurepip is left out, and says so;
# so is what the package index does not give. `PACKAGES` is what uv installs.
set -euo pipefail

binary=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PYTHONDONTWRITEBYTECODE VIRTUAL_ENV
uv=${UV:-$(command -v uv || true)}
# Constants in sets, nested classes and long tables of names; the last has no files other than its modules.
read -ra packages <<<"${PACKAGES:-setuptools pygments charset-normalizer==3.3.2 typing-extensions}"
failed=0

left_out() { echo "NOT COMPARED: $*" | tee -a "${PYCOMPILE_SKIPPED:-/dev/null}"; }

# holds WHAT ENVIRONMENT OPTION…
holds() {
    local status=0
    "$binary" verify --references any "${@:2}" >"$work/out" 2>&1 </dev/null || status=$?
    printf '%s: %s\n' "$1" "$(grep ' verified, ' "$work/out" || tail -n 1 "$work/out")"
    if ((status)) || grep -q '^0 ' "$work/out"; then
        head -n 20 "$work/out"
        failed=1
    fi
}

[[ -n $uv ]] || left_out "no uv: its environments"
while IFS=$'\t' read -r release python; do
    [[ -n $release ]] || continue
    rm -rf "$work/venv" "$work/uv"
    if "$python" -m venv "$work/venv" >"$work/log" 2>&1 </dev/null; then
        holds "$release, venv" "$work/venv" --interpreter "$python"
    else
        left_out "$release makes no environment: $(tail -n 1 "$work/log")"
    fi
    [[ -n $uv ]] || continue
    if "$uv" venv --quiet --offline --python "$python" "$work/uv" >"$work/log" 2>&1 </dev/null &&
        VIRTUAL_ENV=$work/uv "$uv" pip install --quiet --compile-bytecode "${packages[@]}" >"$work/log" 2>&1 </dev/null; then
        holds "$release, uv" "$work/uv" --interpreter "$python"
    elif rm -rf "$work/target" &&
        "$uv" pip install --quiet --target "$work/target" --python-version "${release%.*}" "${packages[@]}" >"$work/log" 2>&1 </dev/null &&
        "$python" -m compileall -q "$work/target" >"$work/log" 2>&1 </dev/null; then
        holds "$release, compileall" "$work/target"
    else
        left_out "$release, uv: $(tail -n 1 "$work/log")"
    fi
done
exit "$failed"
