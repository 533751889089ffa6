#!/usr/bin/env bash
# Holds that `verify --references any` finds nothing in fresh environments, in which pip has compiled what it installed.
#
#     tests/oracle/innocent.sh target/release/pycompile <<<"$(tools/reference-pythons)"
#
# Each line of standard input is a release, a tab and an interpreter. An interpreter without ensurepip is left out, and says so.
set -euo pipefail

binary=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PYTHONDONTWRITEBYTECODE
failed=0
while IFS=$'\t' read -r release python; do
    [[ -n $release ]] || continue
    rm -rf "$work/venv"
    if ! "$python" -m venv "$work/venv" >"$work/log" 2>&1 </dev/null; then
        echo "NOT COMPARED: $release makes no environment: $(tail -n 1 "$work/log")" | tee -a "${PYCOMPILE_SKIPPED:-/dev/null}"
        continue
    fi
    status=0
    "$binary" verify --references any --interpreter "$python" "$work/venv" >"$work/out" 2>&1 </dev/null || status=$?
    printf '%s: %s\n' "$release" "$(grep ' verified, ' "$work/out" || tail -n 1 "$work/out")"
    if ((status)); then
        head -n 20 "$work/out"
        failed=1
    fi
done
exit "$failed"
