#!/usr/bin/env bash
# The example in every form: packed twice under different circumstances and compared, then installed, run and removed by
# the real tools.
#
#   tests/packaging/installers.sh [BINARY]
#
# Needs python3 with venv and pip, and an index for uv, installer, build and setuptools.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "${1:-target/release/pycompile}")
example=$PWD/examples/demo
schema=$PWD/schema/pycompile-manifest-1.schema.json
work=$(mktemp -d)
trap 'chmod -R u+rwX "$work"; rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1700000000 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
unset PYTHONDONTWRITEBYTECODE PYTHONPATH
. tests/packaging/checks

refuses() { ! "$@"; }

python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --upgrade uv installer build setuptools check-jsonschema
PATH=$work/tools/bin:$PATH
series=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
tag=cp${series/./}-none-any
echo "python3 is $series; $(uv --version); $(python3 -m pip --version | cut -d' ' -f1,2)"

# Every row of an installed RECORD is right, and nothing that belongs to the package has no row.
cat >"$work/record.py" <<'END'
import base64, csv, hashlib, pathlib, sys

site = pathlib.Path(sys.argv[1])
rows = 0
(record,) = site.glob("demo-*.dist-info/RECORD")
listed = set()
for path, digest, size in csv.reader(record.read_text(encoding="utf-8").splitlines()):
    listed.add((site / path).resolve())
    if not digest:
        continue
    data = (site / path).read_bytes()
    name, _, said = digest.partition("=")
    found = base64.urlsafe_b64encode(hashlib.new(name, data).digest()).rstrip(b"=").decode()
    assert (found, str(len(data))) == (said, size), path
    rows += 1
stray = [path for path in (site / "demo").rglob("*") if path.is_file() and path.resolve() not in listed]
assert not stray, stray
assert rows >= 8, rows
END

# FOLDER BYTECODE: a copy of the example, for the version of python3; `search` has it list its files by pattern.
variant() {
    mkdir -p "$1"
    cp -R "$example/." "$1"
    rm -rf "$1/dist"
    local bytecode=$2
    if [[ $bytecode = search ]]; then
        bytecode=pycache
        python3 - "$1/pycompile.toml" <<'END'
import pathlib, re, sys

path = pathlib.Path(sys.argv[1])
text = re.sub(r"files = \[.*?\]", 'search = ["**/*.py"]', path.read_text(encoding="utf-8"), flags=re.S)
path.write_text(text, encoding="utf-8")
END
    fi
    sed -i -E "s/^\[compile\]/[compile]\npython = [\"$series\"]\noptimize = [0]\nengine = \"python\"/; \
        s/^bytecode = .*/bytecode = \"$bytecode\"/" "$1/pycompile.toml"
}

# FOLDER JOBS: the tree, whose manifest is kept under another name, and the archives with theirs.
pack_all() {
    (cd "$1" && "$binary" build -q -j "$2" && cp dist/demo.pyc.json dist/tree.json && "$binary" pack -q -j "$2")
}

other="$work/b/some where élse"
for bytecode in none pycache sourceless search; do
    variant "$work/a/$bytecode" "$bytecode"
    variant "$work/b/original" "$bytecode"
    # Created in another order, with other times.
    mkdir -p "$other/$bytecode" "$work/tmp"
    (cd "$work/b/original" && find . -type f | sort -r | tar -cf - --mtime='2001-02-03 04:05:06' -T -) |
        tar -xf - -C "$other/$bytecode"
    rm -rf "$work/b/original"
    (umask 022; TZ=UTC LC_ALL=C PYTHONHASHSEED=1 pack_all "$work/a/$bytecode" 1)
    (umask 077; TMPDIR=$work/tmp TZ=Asia/Tokyo LC_ALL=C.UTF-8 HOME=/nonexistent PYTHONHASHSEED=2 \
        pack_all "$other/$bytecode" 8)
    made() { (cd "$1" && find . -type f | LC_ALL=C sort); }
    check "$bytecode: both builds wrote the same files" diff <(made "$work/a/$bytecode") <(made "$other/$bytecode")
    while IFS= read -r -d '' file; do
        check "$bytecode: two builds of $file are equal" cmp "$work/a/$bytecode/$file" "$other/$bytecode/$file"
    done < <(cd "$work/a/$bytecode" && find . -type f \( -path './dist/*' -o -name '*.pyc' \) -print0)
    check "$bytecode: nothing is left in TMPDIR" bash -c "! find '$work/tmp' -mindepth 1 | grep ."
    check "$bytecode: the manifests fit their schema" \
        check-jsonschema --schemafile "$schema" "$work/a/$bytecode"/dist/{demo.pyc,tree}.json
    check "$bytecode: there are five pycs in it" \
        test "$(grep -c '"python":' "$work/a/$bytecode/dist/demo.pyc.json")" = 5
done
check "patterns find what was listed: the wheel is the same" \
    cmp "$work/a/pycache/dist/demo-1.0-py3-none-any.whl" "$work/a/search/dist/demo-1.0-py3-none-any.whl"

# The same project by a build backend, repacked in every mode; twice gives the same bytes.
cp -R "$example" "$work/backend"
cat >>"$work/backend/pyproject.toml" <<'END'

[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[tool.setuptools.package-data]
demo = ["*.txt"]
END
(cd "$work/backend" && python3 -m build --no-isolation --wheel --outdir "$work/backend-dist" .) >"$work/log" 2>&1 ||
    { cat "$work/log"; exit 1; }
backend_wheel=$(find "$work/backend-dist" -name '*.whl')
repack() { # BYTECODE FOLDER WHEEL
    local options=()
    [[ $1 = keep ]] || options=(--bytecode "$1")
    [[ $1 = keep || $1 = none ]] || options+=(--python "$series" --invalidation-mode checked-hash)
    "$binary" pack -q "$3" "${options[@]}" --output-dir "$2"
}
for bytecode in keep none pycache sourceless; do
    repack "$bytecode" "$work/repacked/$bytecode" "$backend_wheel"
    once=$(find "$work/repacked/$bytecode" -name '*.whl')
    repack keep "$work/repacked/$bytecode-again" "$once"
    check "repacked, $bytecode: a second time gives the same bytes" \
        cmp "$once" "$work/repacked/$bytecode-again/$(basename "$once")"
done
check "repacked: without pycs nothing changes" cmp "$work/repacked/keep/demo-1.0-py3-none-any.whl" \
    "$work/repacked/none/demo-1.0-py3-none-any.whl"

listing() { (cd "$1" && find lib bin -not -path '*/site-packages/pip*' -not -name __pycache__ | LC_ALL=C sort); }

# KIND WHEEL: every installer, the program, RECORD, and no remaining files.
install_all() {
    local kind=$1 wheel=$2 tool env site
    for tool in pip uv installer; do
        env=$work/env
        rm -rf "$env"
        if [[ $tool = pip ]]; then python3 -m venv "$env"; else python3 -m venv --without-pip "$env"; fi
        site=$(echo "$env"/lib/python3*/site-packages)
        listing "$env" >"$work/before"
        case $tool in
            pip) check "$kind: pip installs" "$env/bin/python" -m pip install --no-index --no-deps --no-compile "$wheel" ;;
            uv) check "$kind: uv installs" uv pip install --offline --no-deps --python "$env/bin/python" "$wheel" ;;
            # It leaves out __pycache__ and then misses the rows of its RECORD; its own check comes first.
            installer) check "$kind: installer installs" python3 -W ignore -m installer --validate-record=all \
                --no-compile-bytecode --prefix "$env" "$wheel" ;;
        esac
        if [[ $tool = installer ]]; then
            # A prefix of its own gets its library below the name of the running interpreter.
            check "$kind: installer's copy runs" env PYTHONDONTWRITEBYTECODE=1 "PYTHONPATH=$site" python3 -m demo
            continue
        fi
        check "$kind, $tool: RECORD is right" python3 "$work/record.py" "$site"
        check "$kind, $tool: the script runs" env PYTHONDONTWRITEBYTECODE=1 "$env/bin/demo"
        check "$kind, $tool: the module runs" env PYTHONDONTWRITEBYTECODE=1 "$env/bin/python" -m demo
        if [[ $kind = sourceless* ]]; then
            check "$kind, $tool: no source is there" bash -c "! find '$site/demo' -name '*.py' | grep ."
        fi
        if [[ $tool = pip ]]; then
            check "$kind: pip uninstalls" "$env/bin/python" -m pip uninstall --yes demo
        else
            check "$kind: uv uninstalls" uv pip uninstall --python "$env/bin/python" demo
        fi
        listing "$env" >"$work/after"
        check "$kind, $tool: nothing is left" diff "$work/before" "$work/after"
    done
}

for bytecode in none pycache sourceless; do
    install_all "$bytecode" "$(find "$work/a/$bytecode/dist" -name '*.whl')"
    install_all "$bytecode repacked" "$(find "$work/repacked/$bytecode" -name '*.whl')"
    wheel=$(find "$work/a/$bytecode/dist" -name '*.whl')
    check "$bytecode: runs from the wheel" env "PYTHONPATH=$wheel" python3 -m demo
done
for wheel in "$work/a/sourceless/dist"/*.whl "$work/repacked/sourceless"/*.whl; do
    check "a sourceless wheel carries the version's tag" test "$(basename "$wheel")" = "demo-1.0-$tag.whl"
done
other_series=$([[ $series = 3.12 ]] && echo 3.13 || echo 3.12)
check "another version refuses a sourceless wheel" refuses python3 -m pip install --no-index --no-deps --dry-run \
    --only-binary :all: --target "$work/none" --python-version "$other_series" "$wheel"

# The pycs that were installed are those of the manifest.
for bytecode in pycache sourceless; do
    rm -rf "$work/site"
    check "$bytecode: pip installs into a folder" python3 -m pip install --no-index --no-deps --no-compile \
        --target "$work/site" "$work/a/$bytecode"/dist/*.whl
    grep -v 'dist\|[.]whl$\|[.]pyz$' "$work/a/$bytecode/dist/demo.pyc.sha256" >"$work/pycs.sha256"
    check "$bytecode: the installed pycs are those of the manifest" \
        bash -c "cd '$work/site' && sha256sum --check --strict '$work/pycs.sha256'"
done

# Zipapps: in two time zones, with the pycs and not the sources.
for bytecode in none sourceless; do
    app=$work/a/$bytecode/dist/demo.pyz
    for zone in UTC Asia/Tokyo; do
        check "the zipapp runs, TZ=$zone" env "TZ=$zone" python3 "$app"
        check "the zipapp is a program, TZ=$zone" env "TZ=$zone" "$app"
        check "zipimport takes its pycs, TZ=$zone" env "TZ=$zone" "PYTHONPATH=$app" python3 -c '
import demo.core, demo.latin
assert demo.core.__file__.endswith("demo.pyz/demo/core.pyc"), demo.core.__file__
assert demo.latin.WORD == "caf\xe9"
assert demo.core.main.__code__.co_filename == "demo/core.py", demo.core.main.__code__.co_filename'
    done
done
check "unzip finds nothing wrong" bash -c "command -v unzip >/dev/null || exit 0; unzip -tq '$work/a/none/dist/demo.pyz'"
check "zipfile finds nothing wrong" python3 -m zipfile --test "$work/a/none/dist/demo.pyz"

printf 'installers: %s passed, %s failed\n' "$passed" "$failed"
[[ $failed = 0 ]]
