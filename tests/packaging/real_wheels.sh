#!/usr/bin/env bash
# Wheels as they are on an index, repacked in every mode, twice under different circumstances; then installed together,
# imported, used and removed.
#
#   tests/packaging/real_wheels.sh [BINARY]
#
# Needs python3 with venv and pip, and an index.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "${1:-target/release/pycompile}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1700000000 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PYTHONDONTWRITEBYTECODE=1
unset PYTHONPATH
packages=(requests flask click jinja2 rich attrs packaging pytest setuptools sqlalchemy django)
. tests/packaging/checks

series=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
python3 -m pip download --quiet --only-binary :all: --dest "$work/wheels" "${packages[@]}"
echo "python3 is $series; $(find "$work/wheels" -name '*.whl' | wc -l) wheels"

cat >"$work/use.py" <<'END'
import subprocess, sys

import attr, click, django, flask, jinja2, packaging.version, pytest, requests, rich, setuptools, sqlalchemy

if sys.argv[1] == "sourceless":
    modules = [name for name, module in sys.modules.items() if str(getattr(module, "__file__", "")).endswith(".py")]
    ours = [name for name in modules if "site-packages" in sys.modules[name].__file__]
    # What pip itself, which is not repacked, brings along.
    assert not [name for name in ours if name.split(".")[0] not in ("_distutils_hack", "pip")], ours
assert jinja2.Template("{{ 40 + 2 }}").render() == "42"
assert sqlalchemy.create_engine("sqlite://").connect().execute(sqlalchemy.text("select 42")).scalar() == 42
app = flask.Flask("app")
app.add_url_rule("/", "index", lambda: "hello")
assert app.test_client().get("/").data == b"hello"
assert str(packaging.version.Version("1.0-rc1")) == "1.0rc1"
open("test_it.py", "w").write("def test_it():\n    assert 1 + 1 == 2\n")
assert pytest.main(["-q", "-p", "no:cacheprovider", "test_it.py"]) == 0
subprocess.run([sys.executable, "-m", "django", "--version"], check=True)
END

listing() { (cd "$1" && find . | grep -v -e '/pip[-/]' -e '/pip$' -e /setuptools -e /pkg_resources -e _distutils -e __pycache__ | LC_ALL=C sort); }

for bytecode in keep none pycache sourceless; do
    options=()
    [[ $bytecode = keep ]] || options=(--bytecode "$bytecode")
    [[ $bytecode = keep || $bytecode = none ]] ||
        options+=(--python "$series" --invalidation-mode unchecked-hash)
    mkdir -p "$work/one" "$work/tmp"
    for wheel in "$work/wheels"/*.whl; do
        name=$(basename "$wheel")
        cp "$wheel" "$work/one/$name"
        (cd "$work" && umask 022 && TZ=UTC LC_ALL=C "$binary" pack -q "$wheel" "${options[@]}" -j 1 \
            --output-dir "$work/$bytecode/a")
        (cd "$work/one" && umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 TMPDIR=$work/tmp "$binary" pack -q "$name" \
            "${options[@]}" -j 8 --output-dir "$work/$bytecode/b")
        rm "$work/one/$name"
    done
    check "$bytecode: both runs wrote the same" diff -r "$work/$bytecode/a" "$work/$bytecode/b"
    check "$bytecode: as many as there were" test "$(find "$work/$bytecode/a" -name '*.whl' | wc -l)" = \
        "$(find "$work/wheels" -name '*.whl' | wc -l)"
    mkdir "$work/$bytecode/again"
    for wheel in "$work/$bytecode/a"/*.whl; do
        "$binary" pack -q "$wheel" --output-dir "$work/$bytecode/again"
    done
    check "$bytecode: once more changes nothing" diff -r "$work/$bytecode/a" "$work/$bytecode/again"

    env=$work/env-$bytecode
    python3 -m venv "$env"
    listing "$env" >"$work/before"
    check "$bytecode: pip installs all" "$env/bin/pip" install --no-index --no-compile --upgrade \
        --find-links "$work/$bytecode/a" "${packages[@]}"
    check "$bytecode: they work together" bash -c "cd '$work/tmp' && '$env/bin/python' '$work/use.py' $bytecode"
    mapfile -t installed < <("$env/bin/pip" freeze --all | sed 's/[= ].*//' | grep -v -x -e pip -e setuptools)
    check "$bytecode: pip removes all" "$env/bin/pip" uninstall --yes "${installed[@]}"
    listing "$env" >"$work/after"
    check "$bytecode: nothing is left" diff "$work/before" "$work/after"
done

printf 'real wheels: %s passed, %s failed\n' "$passed" "$failed"
[[ $failed = 0 ]]
