#!/usr/bin/env bash
# Fuzzes a reader, guided by coverage, on stable Rust. Needs a C++ compiler.
#
#   fuzz/run TARGET [-- LIBFUZZER_OPTION...]
#
# TARGET is marshal, pyc, inspect, archive, manifest or config. Inputs start from tests/seeds and tests/golden; what is
# found is kept in fuzz/corpus. A failed assertion, a panic, a hang of ten seconds, or (not for inspect) more than 64 MiB
# allocated for an input is a crash, and the input is kept in fuzz/artifacts. A bounded run:
#
#   fuzz/run pyc -- -runs=10000000 -seed=1
set -euo pipefail
cd "$(dirname "$0")"
target=${1:?usage: fuzz/run TARGET [-- LIBFUZZER_OPTION...]}
shift
[[ ${1:-} != -- ]] || shift

seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
case $target in
    marshal | pyc | inspect)
        for pyc in ../tests/seeds/pyc/*.pyc ../tests/golden/*.pyc; do
            # Marshalled objects stand behind the header.
            tail -c +"$([[ $target == marshal ]] && echo 17 || echo 1)" "$pyc" >"$seeds/${pyc##*/}"
        done
        ;;
    *) cp ../tests/seeds/"$target"/* "$seeds" ;;
esac

host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing" \
    cargo build --release --locked --target "$host" --bin "$target"
mkdir -p "corpus/$target" "artifacts/$target"


