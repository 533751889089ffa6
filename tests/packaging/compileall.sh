#!/usr/bin/env bash
# Runs common command lines of compileall, with the real compileall and with pycompile's, on one tree, and compares the
# files, their bytes and the exit status.
#
#   tools/reference-pythons | tests/packaging/compileall.sh target/release/pycompile
set -euo pipefail
binary=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset SOURCE_DATE_EPOCH

make_tree() {
    mkdir -p "$1/dest/usr/lib/pkg/sub" "$1/dest/usr/bin"
    cd "$1"
    printf 'def f(x):\n    "doc"\n    assert x\n    return x\n' >dest/usr/lib/pkg/m.py
    echo 'x = 1' >dest/usr/lib/pkg/__init__.py
    echo 'y = "ä"' >dest/usr/lib/pkg/sub/größe.py
    echo 'x = = 1' >dest/usr/lib/pkg/bad_syntax.py
    echo 'no Python' >dest/usr/lib/pkg/README
    echo 'z = 1' >dest/usr/bin/tool.py
    ln -s /dev/null/nothing dest/usr/lib/pkg/dangling.py
    ln -s /etc/hosts dest/usr/lib/pkg/outside.py
    find . -exec touch -h -d @1700000000 {} +
}

failed=0 same=0
compare() { # name, arguments
    local theirs=0 ours=0 reference=$2
    # An interpreter that cannot start a copy of itself cannot use -j, which changes no byte.
    $forks || reference=$(sed -E 's/(^| )-j [0-9]+//' <<<"$2")
    rm -rf "$work/theirs" "$work/ours"
    make_tree "$work/theirs"
    make_tree "$work/ours"
    cd "$work/theirs" && eval "'$python' -B -m compileall $reference" >"$work/theirs.out" 2>&1 || theirs=$?
    cd "$work/ours" && eval "'$binary' compileall --python $series --interpreter '$python' $2" >"$work/ours.out" 2>&1 || ours=$?
    if [[ $theirs != "$ours" ]] || ! diff -r --no-dereference "$work/theirs" "$work/ours" >"$work/diff"; then
        failed=$((failed + 1))
        printf 'DIFFERENT %s, %s: exit status %s, not %s\n' "$version" "$1" "$ours" "$theirs"
        head -n 5 "$work/diff" "$work/ours.out" "$work/theirs.out"
    else
        same=$((same + 1))
    fi
}

while IFS=$'\t' read -r version python; do
    series=${version%.*}
    case $series in 3.8 | 3.9 | 3.10 | 3.11 | 3.12 | 3.13 | 3.14 | 3.15) ;; *) continue ;; esac
    forks=true
    "$python" -c 'import subprocess, sys; subprocess.run([sys.executable, "-c", ""], check=True)' 2>/dev/null || forks=false
    compare "Void" '-f -q dest/usr/lib'
    compare "nixpkgs" "-q -f -x bad_syntax -i - -j 2 < <(find dest -name '*.py' -not -type l | sort)"
    compare "conda" "-q -l -i <(printf 'dest/usr/lib/pkg/m.py\ndest/usr/bin/tool.py\n') -j 2"
    compare "Guix" '--invalidation-mode=unchecked-hash dest/usr'
    compare "freezers" '-b -q --invalidation-mode=unchecked-hash dest'
    compare "exclusion" '-q -f -x "/bin/|/sub/" dest'
    compare "destination" '-q -d /opt/app dest/usr'
    compare "depth" '-q -r 1 dest/usr/lib'
    if [[ $series != 3.8 ]]; then
        compare "Fedora" '-o 0 -o 1 -q -f -x bad_syntax -s dest -p / --hardlink-dupes -e dest dest'
        compare "Gentoo" '-j 2 -o 0 -o 1 -o 2 --hardlink-dupes -q -f -s dest -p / dest/usr'
        compare "Arch" '-o 0 -o 1 -o 2 --hardlink-dupes -s dest -p / dest/usr'
    fi
done

# Where compileall does silently what nobody wants, we refuse.
refuses() { # exit status, what is said, arguments
    local status=0
    cd "$work/ours"
    eval "'$binary' compileall $3" >"$work/out" 2>&1 </dev/null || status=$?
    if [[ $status != "$1" ]] || ! grep -qF -- "$2" "$work/out"; then
        failed=$((failed + 1))
        printf 'NOT REFUSED: %s: exit status %s\n' "$3" "$status"
        cat "$work/out"
    fi
}
mkdir -p "$work/ours"
refuses 1 "'gone.py' is neither a file nor a directory" 'gone.py'
refuses 2 'compileall would compile all of sys.path' ''
refuses 0 'compileall would compile all of sys.path' '-i -'
touch "$work/ours/a.py"
refuses 1 '-s /elsewhere is not a directory above a.py' '-s /elsewhere a.py'
touch "$work/ours/a.txt"
refuses 1 'does not end in .py' 'a.txt'
printf '%s command lines the same, %s different\n' "$same" "$failed"
[[ $same -gt 0 && $failed == 0 ]]
