#!/usr/bin/env bash
# Checks that `verify` and `diff` try every interpreter of a series that the native compiler does not support: pycs of one patch
# release are verified where the interpreter of another one is found first.
#
#     tests/oracle/patch_releases.sh target/release/pycompile <<<"$(tools/reference-pythons)"
set -euo pipefail

binary=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compared=0
newest=
declare -A releases
while IFS=$'\t' read -r release python; do
    [[ -n $release ]] && newest=$python
    [[ $release =~ ^3\.(8|9|1[0-2])\. ]] || continue
    mkdir "$work/$release"
    ln -s "$python" "$work/$release/python${release%.*}"
    releases[${release%.*}]+=" $release"
done

library=$("$newest" -c 'import json; print(json.__file__.rpartition("/json/")[0])')

for series in "${!releases[@]}"; do
    read -ra all <<<"${releases[$series]}"
    ((${#all[@]} > 1)) || continue
    for one in "${all[@]}"; do
        for other in "${all[@]}"; do
            [[ $one != "$other" ]] || continue
            tree=$work/tree-$one-$other
            mkdir "$tree"
            cp -r "$library"/{asyncio,json,email,typing.py} "$tree"
            find "$tree" -name __pycache__ -prune -exec rm -r {} +
            # Syntax that the series does not have is left out.
            (cd "$tree" && "$work/$one/python$series" -m compileall -q .) >/dev/null || :
            alone=$(cd "$tree" && "$binary" verify --references any --interpreter "$work/$other/python$series" . 2>&1 | grep ' verified, ' || :)
            status=0
            (cd "$tree" && env -i PATH="$work/$other:$work/$one" "$binary" verify --references any .) >"$work/out" 2>&1 || status=$?
            if ((status)) || ! grep -q '^[1-9][0-9]* verified, 0 findings' "$work/out"; then
                printf 'FAILED: pycs of %s, with %s found first:\n' "$one" "$other"
                cat "$work/out"
                exit 1
            fi
            printf 'ok: pycs of %s: %s; by %s alone %s\n' "$one" "$(grep verified "$work/out")" "$other" "$alone"
            compared=$((compared + 1))
        done
    done
done
if ((compared == 0)); then
    echo "NOT COMPARED: no series before 3.13 with two interpreters" | tee -a "${PYCOMPILE_SKIPPED:-/dev/null}"
fi
