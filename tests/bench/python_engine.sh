#!/usr/bin/env bash
# Compares the speed of the python engine with `compileall -j`, with the same interpreter, files and number of processes.
#
#   tests/bench/python_engine.sh BINARY PYTHON [JOBS] [ROUNDS]
#
# Compiles PYTHON's own standard library (without site-packages) from a scratch copy, in turns, and prints the
# times and the medians of their ratios. The difference is the price of one fork for each file, which is what makes a
# file's bytes independent of the files before it. Both must write the same number of pycs. On a machine that does other
# work, processor seconds are more accurate than elapsed ones.
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
# Elapsed seconds, and seconds of processor with all that was started.
seconds() {
    local TIMEFORMAT='%R %U %S'
    { time { "$@" >"$scratch/said" 2>&1 || [[ $? == 1 ]] || echo failed >"$scratch/failed"; }; } 2>"$scratch/time"
    [[ ! -e $scratch/failed ]] || { cat "$scratch/said" >&2; exit 1; }
    awk '{ printf "%.2f %.2f\n", $1, $2 + $3 }' "$scratch/time"
}
ours() { cd "$scratch/lib" && "$binary" compile -qq -j "$jobs" --python "$version" --interpreter "$python" -0 - <"$scratch/list"; }
compileall='
import sys
from multiprocessing import forkserver, spawn
import compileall
spawn.set_executable(sys.argv.pop(1))
done = compileall.main()
# Waited for, so that its time is counted.
forkserver._forkserver._stop()
sys.exit(not done)
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
    echo "$first $second" >>"$scratch/times"
    echo "$first $second" | awk -v round="$round" '{
        printf "round %d: pycompile %.2f s (%.2f of processor)  compileall %.2f s (%.2f)  ratio %.2f (%.2f)\n",
            round, $1, $2, $3, $4, $1 / $3, $2 / $4 }'
done
median() { sort -g | awk '{ all[NR] = $1 } END { printf "%.2f", (all[int((NR + 1) / 2)] + all[int(NR / 2) + 1]) / 2 }'; }
printf 'median ratio of %d rounds: %s elapsed, %s of processor\n' "$rounds" \
    "$(awk '{ print $1 / $3 }' "$scratch/times" | median)" "$(awk '{ print $2 / $4 }' "$scratch/times" | median)"
