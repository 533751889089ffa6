#!/usr/bin/env bash
# A wheel without sources for each version of the native compiler, packed in one run without Python, then installed, run
# and verified by the interpreter of each.
#
#   tools/reference-pythons | tests/packaging/sourceless.sh [BINARY]
#
# An interpreter without pip installs by unpacking. Reports the versions that have no interpreter here.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "${1:-target/release/pycompile}")
pythons=$(cat)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/packaging/checks
versions=(3.11 3.12 3.13 3.14 3.15)
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

mkdir "$work/empty"
alone() { env -i PATH="$work/empty" SOURCE_DATE_EPOCH=1700000000 "$binary" "$@"; }
cp -R examples/demo "$work/demo"
rm -rf "$work/demo/dist"
(cd "$work/demo" && alone pack -q --config native.toml) >"$work/log" 2>&1 || fail "the wheel with sources"
wheel=$(echo "$work"/demo/dist/*.whl)
asked=()
for version in "${versions[@]}"; do asked+=(--python "$version"); done
alone pack -q "$wheel" --bytecode sourceless "${asked[@]}" --output-dir "$work/packed" >"$work/log" 2>&1 \
    || fail "one run packs a wheel for each version"

for version in "${versions[@]}"; do
    made=$(echo "$work"/packed/*-"cp${version/./}"-none-any.whl)
    check "$version has a wheel" test -f "$made"
    check "$version: the wheel is that of its sources" alone verify "$made" --sources "$wheel"
    python=$(awk -F'\t' -v series="$version." 'index($1, series) == 1 { print $2 }' <<<"$pythons" | tail -n 1)
    if [[ -z $python ]]; then
        printf 'NOT COMPARED: no CPython %s on this machine\n' "$version" | tee -a "${PYCOMPILE_SKIPPED:-/dev/null}"
        continue
    fi
    site=$work/site-$version
    if "$python" -m pip --version >/dev/null 2>&1 </dev/null; then
        check "$version: pip installs it" "$python" -m pip install --quiet --no-index --no-deps --target "$site" "$made"
    else
        check "$version: it unpacks" "$python" -m zipfile -e "$made" "$site"
    fi
    check "$version: no source is in it" test -z "$(find "$site" -name '*.py')" -a -d "$site/demo"
    run='import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module("demo.core", run_name="demo.core")'
    check "$version: it runs" "$python" -I -S -c "$run; import demo.core; assert demo.core.__file__.endswith('.pyc')" "$site"
    check "$version: what is installed is that of its sources" alone verify "$site" --sources "$wheel"
done

printf '%s checks passed, %s failed\n' "$passed" "$failed"
exit $((failed > 0))
