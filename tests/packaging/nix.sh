#!/usr/bin/env bash
# The setup hook in derivations, with the real nix-build: built, built again with --check, with and without the sandbox.
# nixpkgs is not available: a few lines replace its setup.sh, and bash and Python are those of the machine.
#
#   tests/packaging/nix.sh target/release/pycompile     needs nix (root and an index can bring it) and python3
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
skip() { printf 'NOT COMPARED: Nix: %s\n' "$1" | tee -a "${PYCOMPILE_SKIPPED:-/dev/null}"; }
if ! command -v nix-build >/dev/null; then
    reason=$(tests/packaging/apt-packages nix-bin 2>&1) || { skip "$reason" && exit 0; }
fi
python=/usr/bin/python3
[[ -x $python ]] || python=$(command -v python3) || { skip "no python3" && exit 0; }
python=$(realpath "$python")
series=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
. tests/packaging/checks

# A store of its own; nothing is fetched.
unset SOURCE_DATE_EPOCH PYTHONDONTWRITEBYTECODE NIX_PATH
export HOME=$work NIX_STORE_DIR=$work/store NIX_STATE_DIR=$work/state NIX_LOG_DIR=$work/log-files NIX_CONF_DIR=$work/conf
export NIX_DATA_DIR=$work/data NIX_REMOTE=
export NIX_CONFIG=$'build-users-group =\nsubstituters =\nsandbox-fallback = false\nsandbox-paths = /bin /usr /lib /lib64'
nix() { # SANDBOX ATTRIBUTE [OPTION]...: the exit status is nix-build's
    local sandbox=$1 attribute=$2 attempt status
    shift 2
    # Nix now and then kills a builder that it has just started, on a machine where many processes came and went.
    for attempt in 1 2 3; do
        status=0
        nix-build --no-out-link --option sandbox "$sandbox" tests/packaging/nix -A "$attribute" --argstr pycompile "$binary" \
            --argstr python "$python" --argstr series "$series" --argstr sample "$PWD/tests/packaging/hellopyc" "$@" \
            2>"$work/log" || status=$?
        grep -q 'due to signal 9' "$work/log" || break
        printf 'the builder was killed: attempt %s of 3\n' "$attempt" >&2
    done
    return "$status"
}
status_of() {
    local status=0
    "$@" >/dev/null || status=$?
    echo "$status"
}

sandboxes=(false)
if nix true off >/dev/null; then
    sandboxes+=(true)
else
    skip "no sandbox on this machine: $(tail -n 1 "$work/log")"
fi

digests() { (cd "$1" && find . -name '*.pyc' -exec sha256sum {} + | LC_ALL=C sort -k 2); }
for sandbox in "${sandboxes[@]}"; do
    for attribute in plain levels; do
        out=$(nix "$sandbox" "$attribute") || fail "$attribute does not build, sandbox $sandbox"
        # With the sandbox, this is compared with the result of the build without it.
        nix "$sandbox" "$attribute" --check >/dev/null || fail "$attribute: --check, sandbox $sandbox"
        for output in $(nix-build --no-out-link --option sandbox "$sandbox" tests/packaging/nix -A "$attribute.all" \
            --argstr pycompile "$binary" --argstr python "$python" --argstr series "$series" \
            --argstr sample "$PWD/tests/packaging/hellopyc" 2>"$work/log"); do
            [[ -z $(nix-store --query --references "$output") ]] || fail "$attribute: $output refers to other paths"
            ! grep -rq "$work" "$output" || fail "$attribute: $output names a place"
            "$binary" verify --quiet "$output" --interpreter "$python" --manifest "$output/nix-support/pyc.json" >"$work/log" 2>&1 ||
                fail "$attribute: the manifest of $output"
            (cd "$output" && sha256sum --check --strict --quiet nix-support/pyc.sha256) >"$work/log" 2>&1 || fail "$attribute: sha256sum"
            [[ $sandbox == true ]] || digests "$output" >>"$work/digests-$attribute"
        done
    done
    ok "sandbox $sandbox: builds, --check agrees, no references, manifests hold"
done
[[ $(wc -l <"$work/digests-plain") == 3 ]] || fail "plain: not three pycs"
[[ $(wc -l <"$work/digests-levels") == 6 ]] || fail "levels: not six pycs"
! grep -q core "$work/digests-levels" || fail "levels: pycompileExclude leaves nothing out"

out=$(nix false plain)
site=$out/lib/python$series/site-packages
PYTHONPATH=$site "$python" -B -v -c 'import hellopyc.core' >"$work/log" 2>&1 || fail "does not run"
grep -q "code object from '$site/hellopyc/__pycache__/core" "$work/log" || fail "the pyc is not used"
[[ $(stat --format %Y "$site/hellopyc/core.py") == 1 ]] || fail "the store does not set times"
ok "three pycs in two outputs, used by Python; six with three levels and an exclusion"

out=$(nix false off) || fail "off does not build"
[[ $(find "$out" -name '*.pyc' | wc -l) == 1 && ! -e $out/nix-support ]] || fail "dontUsePycompile does something"
ok "dontUsePycompile"

for sandbox in "${sandboxes[@]}"; do
    nix "$sandbox" careless >/dev/null || fail "careless does not build"
    sleep 1
    [[ $(status_of nix "$sandbox" careless --check) == 104 ]] || fail "--check passes compileall's timestamps, sandbox $sandbox"
done
out=$(nix false named) || fail "named does not build"
grep -rq "$out/lib" "$out/lib" || fail "named: the output's path is not in the pycs"
[[ $(status_of nix false named --check) == 104 ]] || fail "--check passes a manifest of pycs that hold the output's path"
ok "negative controls: --check catches compileall's timestamps, and a manifest of pycs with the output's path in them"

[[ $(status_of nix false broken) != 0 ]] || fail "a syntax error does not fail the build"
grep -q 'hellopyc/bad.py", line 1' "$work/log" || fail "the error does not name file and line"
ok "a syntax error fails the build: $(grep -m1 -o 'File .*bad.py", line 1' "$work/log")"

# The derivation of the tool needs nixpkgs to be built, so only its text is checked here.
nix-instantiate --eval --strict --expr "
  let
    package = import $PWD/packaging/nix/package.nix {
      rustPlatform.buildRustPackage = attributes: attributes;
      lib = {
        importTOML = file: builtins.fromTOML (builtins.readFile file);
        cleanSource = source: source;
        licenses = { mit = \"mit\"; asl20 = \"asl20\"; };
      };
    };
  in \"\${package.pname} \${package.version} \${toString (builtins.pathExists package.cargoLock.lockFile)}\"" \
    >"$work/log" 2>&1 || fail "package.nix does not evaluate"
[[ $(<"$work/log") == "\"pycompile $("$binary" -V | cut -d' ' -f2) 1\"" ]] || fail "package.nix"
skip "nixpkgs is not available: the tool's own derivation was evaluated, not built"

echo "Nix: $passed checks"
