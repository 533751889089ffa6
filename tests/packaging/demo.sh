#!/usr/bin/env bash
# The example, packed in every form, twice under different circumstances; then installed, run and removed by the real
# tools.
#
#   tests/packaging/demo.sh [BINARY]
#
# Needs python3 with pip; makes a virtual environment with uv, installer and check-jsonschema in a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "${1:-target/release/pycompile}")
example=$PWD/examples/demo
schema=$PWD/schema/pycompile-manifest-1.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1700000000
passed=0 failed=0

check() {
    local what=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n' "$what"
        sed 's/^/    /' "$work/log" | tail -n 30
    fi
}

python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check uv installer check-jsonschema
PATH=$work/tools/bin:$PATH
series=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
echo "interpreter: python3 is $series"

# One copy of the example per form: the version compiled for is that of the python3 at hand.
variant() { # FOLDER BYTECODE
    mkdir -p "$1"
    cp -R "$example/." "$1"
    sed -i -E "s/^python = .*/python = [\"$series\"]/; s/^bytecode = .*/bytecode = \"$2\"/" "$1/pycompile.toml"
    rm -rf "$1/dist"
}

pack_all() { # FOLDER JOBS
    (cd "$1" && "$binary" pack -q -j "$2" && "$binary" build -q -j "$2")
}

for bytecode in none pycache sourceless; do
    variant "$work/a/$bytecode" "$bytecode"
    variant "$work/b/some where else/$bytecode" "$bytecode"
    # Other circumstances: another folder, other mtimes, and files created in another order.
    find "$work/b/some where else/$bytecode" -exec touch -d '2001-02-03 04:05:06' {} +
    mkdir -p "$work/reordered"
    (cd "$work/b/some where else/$bytecode" && find . -type f | sort -r | tar -cf - -T -) | tar -xf - -C "$work/reordered"
    rm -rf "$work/b/some where else/$bytecode"
    mv "$work/reordered" "$work/b/some where else/$bytecode"
    mkdir -p "$work/tmp"
    (umask 022; TZ=UTC LC_ALL=C pack_all "$work/a/$bytecode" 1)
    (umask 077; TMPDIR=$work/tmp TZ=Asia/Tokyo LC_ALL=C.UTF-8 pack_all "$work/b/some where else/$bytecode" 8)
    while IFS= read -r -d '' file; do
        check "$bytecode: two builds of $file are equal" cmp "$work/a/$bytecode/$file" "$work/b/some where else/$bytecode/$file"
    done < <(cd "$work/a/$bytecode" && find . -type f \( -path './dist/*' -o -name '*.pyc' \) -print0)
    check "$bytecode: both builds wrote the same files" diff <(cd "$work/a/$bytecode" && find . -type f | sort) \
        <(cd "$work/b/some where else/$bytecode" && find . -type f | sort)
    dist=$work/a/$bytecode/dist
    check "$bytecode: the manifest fits its schema" check-jsonschema --schemafile "$schema" "$dist"/*.pyc.json
    if [[ $bytecode != none ]]; then
        check "$bytecode: the manifest is not empty" grep -q '"sha256"' "$dist"/*.pyc.json
    fi

    wheel=$(find "$dist" -name '*.whl')
    check "$bytecode: one wheel" test -f "$wheel"
    check "$bytecode: its RECORD is right" python3 -m installer --validate-record=all --no-compile-bytecode --destdir "$work/dest-$bytecode" "$wheel"
    for tool in pip uv; do
        python3 -m venv "$work/env-$tool-$bytecode"
        env_python=$work/env-$tool-$bytecode/bin/python
        find "$work/env-$tool-$bytecode" | sort >"$work/before"
        if [[ $tool = pip ]]; then
            check "$bytecode: pip installs" "$env_python" -m pip install --no-index --no-deps --no-compile "$wheel"
        else
            check "$bytecode: uv installs" uv pip install --quiet --offline --no-deps --python "$env_python" "$wheel"
        fi
        check "$bytecode, $tool: runs from the environment" "$work/env-$tool-$bytecode/bin/pycompile-demo"
        find "$work/env-$tool-$bytecode" -name '*.pyc' -path '*demo*' | head -n 3 >"$work/pycs"
        if [[ $tool = pip ]]; then
            check "$bytecode: pip uninstalls" "$env_python" -m pip uninstall --yes pycompile-demo
        else
            check "$bytecode: uv uninstalls" uv pip uninstall --quiet --python "$env_python" pycompile-demo
        fi
        check "$bytecode, $tool: nothing of it is left" bash -c "! find '$work/env-$tool-$bytecode/lib' -ipath '*pycompile_demo*' -o -path '*site-packages/demo*' | grep ."
    done
    if [[ $bytecode = sourceless ]]; then
        check "a sourceless wheel carries the version's tag" bash -c "[[ '$wheel' == *-cp${series/./}-none-any.whl ]]"
        check "a sourceless wheel holds no source" bash -c "! unzip -Z1 '$wheel' | grep '[.]py$'"
    else
        check "$bytecode: runs from the wheel" env "PYTHONPATH=$wheel" python3 -c 'import demo.core; demo.core.main()'
    fi
done

dist=$work/a/pycache/dist
for zone in UTC Asia/Tokyo; do
    check "the zip runs, TZ=$zone" env "TZ=$zone" python3 "$dist/demo.zip"
    check "zipimport uses the pycs of the zip, TZ=$zone" bash -c \
        "TZ=$zone python3 -v '$dist/demo.zip' 2>&1 | grep -E 'zipimport.*matches|code object from.*demo/core.pyc|demo.zip/demo/core.pyc'"
done
check "sha256sum accepts the text manifest" bash -c "cd '$work/a/pycache' && sha256sum --strict --check dist/*.sha256"

printf 'demo: %s passed, %s failed\n' "$passed" "$failed"
[[ $failed = 0 ]]
