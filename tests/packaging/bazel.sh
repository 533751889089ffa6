#!/usr/bin/env bash
# pycompile as the precompiler of builds with the real Bazel: one-shot and as a worker, in a sandbox and without, in both
# encodings, one request at a time and several, in two output bases; and pycs that are verified as tests.
#
#   tests/packaging/bazel.sh target/release/pycompile     needs Debian's bazel-bootstrap (root and an index can bring it)
#
# Nothing is fetched. rules_python needs a newer Bazel: a stand-in has its toolchain, and a library whose action calls the
# precompiler in the same way. The pycs have to be those that CPython has written (tests/golden).
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
skip() { printf 'NOT COMPARED: Bazel: %s\n' "$1" | tee -a "${PYCOMPILE_SKIPPED:-/dev/null}"; }
# Another Bazel that may be on PATH needs other options.
program=/usr/bin/bazel-4
if [[ ! -x $program ]]; then
    reason=$(tests/packaging/apt-packages bazel-bootstrap 2>&1) || { skip "$reason" && exit 0; }
    [[ -x $program ]] || { skip "bazel-bootstrap has no $program" && exit 0; }
fi
skip "rules_python itself, sandboxes of multiplex workers and cancellation by Bazel, which need Bazel 7: stand-ins were used"

work=$(mktemp -d)
lab=$work/lab
. tests/packaging/checks
bases=("$work/base" "$work/another/place")
bazel() { # BASE COMMAND [ARGUMENT]...
    local base=$1
    shift
    (cd "$lab" && timeout 120s "$program" --output_user_root="$work/user" --output_base="$base" --max_idle_secs=60 "$@")
}
end() {
    for base in "${bases[@]}"; do
        [[ ! -d $base ]] || bazel "$base" shutdown >/dev/null 2>&1 || :
    done
    chmod -R u+w "$work"
    rm -rf "$work"
}
trap end EXIT

cp -r tests/packaging/bazel/{lab,rules_python,builtin} "$work"
cp -r packaging/bazel "$work/pycompile_bazel"
cp "$binary" "$lab/tools/pycompile"
{
    for repository in rules_cc rules_java remote_coverage_tools; do
        echo "build --override_repository=$repository=$work/builtin"
    done
    # Debian's own configuration turns the first one on.
    printf 'build --nosandbox_debug\nbuild --experimental_worker_allow_json_protocol\n'
    printf 'build --worker_verbose\nbuild --color=no --curses=no --show_progress_rate_limit=60\n'
} >"$lab/.bazelrc"

# Every fifth program whose pycs CPython has written for all three versions, and some where the level matters.
sources=(bool_operands interned_keys statements)
number=0
for pyc in tests/golden/315/*.pyc; do
    name=$(basename "$pyc" .pyc)
    number=$((number + 1))
    [[ $name != *.* && $((number % 5)) == 0 && -f tests/golden/$name.pyc && -f tests/golden/313/$name.pyc ]] || continue
    [[ " ${sources[*]} " == *" $name "* ]] || sources+=("$name")
done
for name in "${sources[@]}"; do
    cp "tests/golden/$name.py" "$lab/"
done
for name in bool_operands interned_keys statements; do
    cp "tests/golden/$name.py" "$lab/level2/"
    cp "tests/golden/$name.py" "$lab/sourceless/"
done
mkdir "$lab/poisoned/__pycache__"
cp tests/golden/statements.py "$lab/poisoned/a.py"
cp tests/golden/bool_operands.pyc "$lab/poisoned/__pycache__/a.cpython-314.pyc"
echo 'def f(:' >"$lab/refused/bad.py"
mkdir "$lab/warned"
sed 's/refused/warned/; s/bad.py/a.py/' "$lab/refused/BUILD.bazel" >"$lab/warned/BUILD.bazel"
echo 'x = 1 is 1' >"$lab/warned/a.py"

as_cpython() { # WHAT
    local name version folder
    for name in "${sources[@]}"; do
        for version in 313 314 315; do
            folder=tests/golden/$version
            [[ $version != 314 ]] || folder=tests/golden
            cmp "$folder/$name.pyc" "$lab/bazel-bin/__pycache__/$name.cpython-$version.pyc" >>"$work/log" 2>&1 ||
                fail "$1: $name for $version is not what CPython writes"
        done
    done
}
digests() { (cd "$lab/bazel-bin/" && find . -name '*.pyc' -print0 | sort -z | xargs -0 sha256sum); }

targets=(//:py3.13 //:py3.14 //:py3.15 //level2 //sourceless)
pycs=$((3 * ${#sources[@]} + 6))
built() { # BASE HOW WHAT [OPTION]...: builds all anew; HOW is the name by which Bazel counts its processes
    local base=$1 how=$2 what=$3
    shift 3
    bazel "$base" clean >"$work/log" 2>&1 || fail "$what: bazel clean"
    # No Python can be found.
    bazel "$base" build --action_env=PATH=/nonexistent "$@" "${targets[@]}" >"$work/log" 2>&1 || fail "$what: does not build"
    grep -qE "INFO: .*[ :]$pycs $how" "$work/log" || fail "$what: not $pycs processes of the kind $how"
    as_cpython "$what"
    digests >"$work/digests-now"
    [[ -f $work/digests ]] || cp "$work/digests-now" "$work/digests"
    cmp "$work/digests" "$work/digests-now" >>"$work/log" 2>&1 || fail "$what: other pycs"
    ok "$what: $pycs pycs"
}
first=${bases[0]} worker=--strategy=PyCompile=worker single=--noexperimental_worker_multiplex
sandbox=linux-sandbox
bazel "$first" build --strategy=PyCompile=linux-sandbox //sourceless >"$work/log" 2>&1 || sandbox=processwrapper-sandbox
[[ $sandbox == linux-sandbox ]] || skip "namespaces are not allowed: the sandbox is one of symlinks alone"
built "$first" "$sandbox" "one-shot in a sandbox" "--strategy=PyCompile=$sandbox"
built "$first" local "one-shot" --strategy=PyCompile=local
for encoding in json proto; do
    built "$first" worker "worker, $encoding" $worker $single --define "protocol=$encoding"
    built "$first" worker "sandboxed worker, $encoding" $worker $single --worker_sandboxing --define "protocol=$encoding"
    built "$first" worker "multiplex worker, $encoding" $worker --define "protocol=$encoding"
    grep -q "PyCompile multiplex-worker" "$work/log" || fail "multiplex worker, $encoding: it is none"
done
built "${bases[1]}" worker "another output base, sandboxed multiplex worker" $worker --worker_sandboxing
[[ $(wc -l <"$work/digests") == "$pycs" ]] || fail "not $pycs pycs"
echo "sha256 of the list of $pycs digests: $(sha256sum <"$work/digests" | cut -c1-16)"

for strategy in worker "$sandbox"; do
    ! bazel "$first" build "--strategy=PyCompile=$strategy" //refused >"$work/log" 2>&1 || fail "$strategy: a syntax error builds"
    grep -q 'File "refused/bad.py", line 1' "$work/log" || fail "$strategy: the error does not name file and line"
    grep -q "SyntaxError" "$work/log" || fail "$strategy: the error is not Python's"
done
ok "a syntax error fails the build: $(grep -o 'File "refused/bad.py", line 1' "$work/log" | head -n1)"

bazel "$first" build $worker --worker_extra_flag=PyCompile=--log_level=WARNING //warned >"$work/log" 2>&1 || fail "an option for the worker"
grep -q '^warned/a.py:1: SyntaxWarning: "is" with' "$work/log" || fail "Bazel does not show the warning"
ok "an option for the worker, with which Bazel shows warnings"

bazel "$first" test --test_output=errors //:all //level2:all //sourceless:all >"$work/log" 2>&1 || fail "pycs do not verify"
[[ $(grep -c ' PASSED in ' "$work/log") == 5 ]] || fail "not five tests pass"
verified=$(cat "$lab"/bazel-testlogs/py3.14_verified/shard_*/test.log | awk '/ verified, 0 findings$/ { sum += $1 } END { print sum + 0 }')
[[ $verified == "${#sources[@]}" ]] || fail "the shards verify $verified pycs instead of ${#sources[@]}"
ok "five tests verify pycs of three versions in three shards each, of level 2, and without sources"
status=0
bazel "$first" test --test_output=errors //poisoned:all >"$work/log" 2>&1 || status=$?
[[ $status == 3 ]] || fail "a poisoned pyc: exit status $status"
grep -q '^poisoned/__pycache__/a.cpython-314.pyc: code: .* that of poisoned/a.py' "$work/log" || fail "a poisoned pyc: the test does not say why"
ok "a poisoned pyc fails its test"
echo "Bazel: $passed checks"
