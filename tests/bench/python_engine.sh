#!/usr/bin/env bash
# How fast is the python engine beside `compileall -j`, with the same interpreter, files and number of processes?
#
#   tests/bench/python_engine.sh BINARY PYTHON [JOBS] [ROUNDS]
#
# Compiles PYTHON's own standard library (without site-packages) from a scratch copy, in turns, and prints every time
# in seconds, the best of each, the ratio of these, and the median of the rounds' ratios. The difference is the price of
# one fork for each file, which is what makes a file's bytes independent of the files before it. Both must write the same
# number of pycs.
#
# PYTHON may be a script that starts an interpreter: compileall's processes are started by it too.
set -euo pipefail

binary=$(realpath "$1")
python=$(realpath -s "$2")
jobs=${3:-2}
rounds=${4:-3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

library=$("$python" -I -S -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
version=$("$python" -I -S -c 'import sys; print("%d.%d" % sys.version_info[:2])')
(cd "$library" && find . -name '*.py' -type f -not -path '*-packages/*' -print0 | sort -z >"$scratch/list")
mkdir "$scratch/lib"
(cd "$library" && xargs -0 cp --parents -t "$scratch/lib" <"$scratch/list")
echo "Python $version, $(tr -cd '\0' <"$scratch/list" | wc -c) files, $jobs processes"

clean() { find "$scratch/lib" -name __pycache__ -prune -exec rm -rf {} +; }
seconds() {
    local from to
    from=$(date +%s.%N)
    "$@" >"$scratch/said" 2>&1 || [[ $? == 1 ]] || { cat "$scratch/said" >&2; exit 1; }
    to=$(date +%s.%N)
    echo "$to $from" | awk '{ printf "%.2f\n", $1 - $2 }'
}
ours() { cd "$scratch/lib" && "$binary" compile -qq -j "$jobs" --python "$version" --interpreter "$python" -0 - <"$scratch/list"; }
compileall='
import sys
from multiprocessing import spawn
import compileall
spawn.set_executable(sys.argv.pop(1))
sys.exit(not compileall.main())
'
theirs() { "$python" -I -S -c "$compileall" "$python" -qq -f -j "$jobs" "$scratch/lib"; }
pycs() { find "$scratch/lib" -name '*.pyc' | wc -l; }

for ((round = 1; round <= rounds; round++)); do
    clean
    first=$(seconds ours)
    written=$(pycs)
    clean
    second=$(seconds theirs)
    if [[ $written != "$(pycs)" || $written == 0 ]]; then
        echo "python_engine.sh: NOT COMPARABLE: pycompile wrote $written pycs, compileall $(pycs)" >&2
        cat "$scratch/said" >&2
        exit 1
    fi
    echo "round $round: pycompile $first  compileall $second  ratio $(awk "BEGIN { printf \"%.2f\", $first / $second }")"
    echo "$first $second" >>"$scratch/times"
done
awk 'NR == 1 || $1 < a { a = $1 } NR == 1 || $2 < b { b = $2 }
     END { printf "best: pycompile %.2f  compileall %.2f  ratio %.2f\n", a, b, a / b }' "$scratch/times"
awk '{ print $1 / $2 }' "$scratch/times" | sort -g |
    awk '{ ratio[NR] = $1 } END { printf "median ratio %.2f of %d rounds\n", (ratio[int((NR + 1) / 2)] + ratio[int(NR / 2) + 1]) / 2, NR }'
