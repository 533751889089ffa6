#!/usr/bin/env bash
# Installed environments, by pip, by uv and in an image: equal pycs at different paths, RECORDs that are right, uninstallers that
# leave nothing, uv's cache untouched.
#
#   tests/packaging/env.sh target/release/pycompile [PYTHON]     needs pip's package index
set -euo pipefail
binary=$(realpath "$1")
python=${2:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export UV_CACHE_DIR=$work/uv-cache PIP_DISABLE_PIP_VERSION_CHECK=1 UV_LINK_MODE=hardlink
unset SOURCE_DATE_EPOCH VIRTUAL_ENV
packages=(click==8.1.7 idna==3.7 packaging==24.1)

"$python" -m venv tools
tools/bin/pip install -q uv
"$python" -m venv by-pip
by-pip/bin/pip install -q --no-compile "${packages[@]}"
mkdir -p elsewhere/deep
"$python" -m venv --without-pip elsewhere/deep/by-uv
tools/bin/uv pip install -q --python elsewhere/deep/by-uv "${packages[@]}"

site() { echo "$1"/lib/python3.*/site-packages; }
fail() {
    echo "FAILED: $*"
    exit 1
}
digest() { # of the pycs of the packages
    (cd $(site "$1") && find click idna packaging -name '*.pyc' | LC_ALL=C sort | xargs sha256sum | sha256sum)
}
cache() { find "$UV_CACHE_DIR" -type f -not -name '*.lock' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum; }
before=$(cache)
for prefix in by-pip elsewhere/deep/by-uv; do
    "$binary" env "$prefix" --check -q --optimize 0 >/dev/null 2>&1 && fail "$prefix: --check finds nothing missing"
    "$binary" env "$prefix" --optimize 0 --optimize 1 --manifest "$work/$(basename "$prefix").json"
    "$binary" env "$prefix" --optimize 0 --optimize 1 --check
    "$binary" env "$prefix" --optimize 0 --optimize 1 2>&1 | grep -q '^0 compiled' || fail "$prefix: not idempotent"
    "$prefix/bin/python" - <<'CHECK'
import base64, csv, glob, hashlib, os, sys
folder = next(path for path in sys.path if path.endswith("site-packages"))
rows = pycs = 0
for record in glob.glob(folder + "/*.dist-info/RECORD"):
    if "pip-" in record or "setuptools-" in record:
        continue
    for name, digest, size in csv.reader(open(record, newline="", encoding="utf-8")):
        path = os.path.join(folder, name)
        assert os.path.exists(path), name
        if digest:
            algorithm, value = digest.split("=", 1)
            data = open(path, "rb").read()
            found = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
            assert (found, str(len(data))) == (value, size), name
        rows += 1
        pycs += name.endswith(".pyc") and bool(digest)
assert pycs > 50, pycs
print("RECORDs right:", rows, "rows,", pycs, "pycs")
CHECK
    "$prefix/bin/python" -O -v -c 'import click' >imports 2>&1
    grep -q '/click/__pycache__/__init__\.cpython-3[0-9]*\.opt-1\.pyc matches' imports ||
        fail "$prefix: -O does not take the opt-1 pyc"
done
[[ $(digest by-pip) == "$(digest elsewhere/deep/by-uv)" ]] || fail "the two environments have other pycs"

# What pip has compiled itself, and an image that is compiled from outside.
"$python" -m venv --without-pip compiled
by-pip/bin/pip --python compiled/bin/python install -q "${packages[@]}"
[[ $(digest compiled) != "$(digest by-pip)" ]] || fail "pip's pycs are the same: this test shows nothing"
mkdir -p image/opt
cp -r compiled image/opt/env
"$binary" env compiled --optimize 0 --optimize 1 -q
"$binary" env /opt/env --root image --optimize 0 --optimize 1 -q
"$binary" env compiled --optimize 0 --optimize 1 -q --check || fail "--check after pip's compilation"
[[ $(digest compiled) == "$(digest by-pip)" ]] || fail "after pip's compilation there are other pycs"
[[ $(digest image/opt/env) == "$(digest by-pip)" ]] || fail "an image has other pycs"

[[ $(cache) == "$before" ]] || fail "uv's cache was changed"

printf 'x = 1\n' >"$(site by-pip)/click/_new.py"
pyc=$(find "$(site by-pip)/idna" -name 'core.cpython-*.pyc' -not -name '*.opt-*')
printf 'x' >>"$pyc"
rm "$(find "$(site by-pip)/click" -name 'core.cpython-*.pyc' -not -name '*.opt-*')"
rm "$(site by-pip)/packaging/tags.py"
"$binary" env by-pip --check --optimize 0 >out 2>&1 && fail "--check passes a changed environment"
for finding in 'idna/__pycache__/core.*: malformed' 'click/__pycache__/core.*: record' 'packaging/__pycache__/tags.*: source'; do
    grep -q "$finding" out || { cat out; fail "--check does not say $finding"; }
done
rm "$(site by-pip)/click/_new.py"

by-pip/bin/pip uninstall -q -y click idna packaging
tools/bin/uv pip uninstall -q --python elsewhere/deep/by-uv click idna packaging
for prefix in by-pip elsewhere/deep/by-uv; do
    left=$(find $(site "$prefix") \( -path '*click*' -o -path '*idna*' -o -path '*/packaging/*' \) -not -path '*/pip/*' \
        -not -path '*/setuptools/*' -not -path '*/pkg_resources/*' -type f | head)
    [[ -z $left ]] || fail "$prefix: uninstalled, and left: $left"
done
echo "two environments, equal pycs, uninstalled clean"
