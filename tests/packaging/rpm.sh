#!/usr/bin/env bash
# RPM packages of pycompile and of a sample that its macros compile, with the real rpmbuild and rpm: both policies, built
# twice under different circumstances, installed into a root, verified and erased. All of it happens in a copy of this
# machine that is thrown away.
#
#   tests/packaging/rpm.sh target/release/pycompile     needs root and a Debian machine, or an index
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
skip() {
    printf 'NOT COMPARED: RPM packages: %s\n' "$1" | tee -a "${PYCOMPILE_SKIPPED:-/dev/null}"
}
if [[ -z ${PYCOMPILE_THROWAWAY:-} ]]; then
    reason=$(tests/packaging/apt-packages rpm cpio python3 2>&1) || { skip "$reason" && exit 0; }
    reason=$(tests/packaging/throwaway-root true 2>&1) || { skip "$reason" && exit 0; }
    # The reference for --refs minimal.
    tools=${XDG_CACHE_HOME:-$HOME/.cache}/pycompile-tools
    if ! command -v add-det >/dev/null && [[ ! -x $tools/bin/add-det ]]; then
        cargo install --quiet --locked --root "$tools" add-determinism@0.7.3 >/dev/null 2>&1 ||
            skip "add-determinism cannot be installed: the minimal form is not compared with it"
    fi
    status=0
    PATH=$PATH:$tools/bin tests/packaging/throwaway-root "$0" "$binary" || status=$?
    exit "$status"
fi

work=$(mktemp -d)
sample=$PWD/tests/packaging/hellopyc
unset SOURCE_DATE_EPOCH PYTHONDONTWRITEBYTECODE
export LC_ALL=C.UTF-8
series=$(py3versions --default) series=${series#python} tag=cpython-${series/./}
epoch=1704067200 # the changelog's date
. tests/packaging/checks
reproducible=(--define "_buildhost localhost" --define "source_date_epoch_from_changelog 1"
    --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1")

rpmbuild -bb --define "_topdir $work/self" --define "pycompile_binary $binary" --define "pycompile_sources $PWD" \
    "${reproducible[@]}" packaging/rpm/pycompile.spec >"$work/log" 2>&1 || fail "pycompile's own packages do not build"
rpm --install --nodeps "$work"/self/RPMS/*/*.rpm >"$work/log" 2>&1 || fail "pycompile's own packages do not install"
[[ -z $(rpm --verify --nodeps pycompile pycompile-rpm-macros) ]] || fail "pycompile's own packages do not verify"
ok "pycompile and pycompile-rpm-macros build and install"

# build NAME MTIME [OPTION]...: a copy of the sample in a directory of that name, its files as old as that, built.
edit() { :; }
build() {
    local top=$work/$1 mtime=$2
    shift 2
    mkdir -p "$top"
    cp -r "$sample" "$top/sample"
    (cd "$top/sample" && edit)
    find "$top/sample" -name '*.py' -exec touch -d "$mtime" {} +
    rpmbuild -bb --define "_topdir $top" --define "sample $top/sample" --define "series $series" "${reproducible[@]}" "$@" \
        "$top/sample/hellopyc.spec" >"$work/log" 2>&1
}
rpm_of() { echo "$work/$1"/RPMS/noarch/python3-hellopyc-1.0-1.noarch.rpm; }
pycs() { rpm --query --list --package "$(rpm_of "$1")" | grep '\.pyc$' || true; }
flags() { od -An -tu4 -j4 -N4 "$1" | tr -d ' '; }
mtime_in() { od -An -tu4 -j8 -N4 "$1" | tr -d ' '; }

# In a root of its own: installed, verified, used, tampered with, erased.
installed() { # NAME FLAGS
    local place=$work/$1-place rpm package site
    mkdir -p "$place"
    rpm=(rpm --root "$place" --dbpath /rpmdb)
    "${rpm[@]}" --install --nodeps --ignoreos --ignorearch "$(rpm_of "$1")" >"$work/log" 2>&1 || fail "$1 does not install"
    "${rpm[@]}" --verify --nodeps python3-hellopyc >"$work/log" 2>&1 || fail "$1: rpm --verify"
    [[ ! -s $work/log ]] || fail "$1: rpm --verify says something"
    site=/usr/lib/python$series/site-packages/hellopyc
    for package in "$place$site" "$place/usr/share/hellopyc"; do
        for pyc in "$package"/__pycache__/*.pyc; do
            [[ $(flags "$pyc") == "$2" ]] || fail "$1: flags of $pyc"
            source=$(basename "$pyc") source=$package/${source%%.*}.py
            [[ $2 != 0 || $(mtime_in "$pyc") == "$(stat --format %Y "$source")" ]] || fail "$1: $pyc is stale"
        done
    done
    for flag in "" -O; do
        PYTHONPATH=${place}${site%/*} /usr/bin/python3 $flag -B -v -c 'import hellopyc.core; print(hellopyc.core.where())' \
            >"$work/log" 2>&1 || fail "$1: does not run"
        grep -q "code object from '$place$site/__pycache__/core.$tag\\(.opt-1\\)\\?.pyc'" "$work/log" || fail "$1: the pyc is not used with '$flag'"
    done
    pycompile verify --quiet --references any "$place/usr" >"$work/log" 2>&1 || fail "$1: pycompile verify"
    printf 'x' >>"$place$site/__pycache__/core.$tag.pyc"
    ! "${rpm[@]}" --verify --nodeps python3-hellopyc >"$work/log" 2>&1 || fail "$1: tampering passes"
    "${rpm[@]}" --erase --nodeps python3-hellopyc >"$work/log" 2>&1 || fail "$1 does not erase"
    [[ -z $(find "$place" -not -path "$place/rpmdb*" \( -type f -o -name '*hellopyc*' \)) ]] ||
        fail "$1 erased, and left: $(find "$place" -not -path "$place/rpmdb*" -type f)"
}

for policy in unchecked-hash timestamp; do
    options=(--define "_pycompile_policy $policy")
    flags=1
    [[ $policy != timestamp ]] || flags=0
    build "$policy-a" 2025-03-01 "${options[@]}" || fail "$policy: does not build"
    (
        umask 077
        export TZ=Asia/Tokyo LC_ALL=C PYTHONHASHSEED=7
        build "$policy-b/in/another-place" "2025-08-09 10:11:12" "${options[@]}"
    ) || fail "$policy: does not build elsewhere"
    cmp "$(rpm_of "$policy-a")" "$(rpm_of "$policy-b/in/another-place")" >"$work/log" 2>&1 || fail "$policy: two builds differ"
    [[ $(pycs "$policy-a" | wc -l) == 6 ]] || fail "$policy: not six pycs"
    installed "$policy-a" "$flags"
    ok "$policy: two builds are equal ($(sha256sum <"$(rpm_of "$policy-a")" | cut -c1-16)); installed, verified, used, erased"
done

# What Fedora does with nothing set back: the pycs record when the sources came to be.
naive=(--define "disable %undefine __brp_python_bytecompile" --define "py_byte_compile() %{nil}"
    --define "extra_install SOURCE_DATE_EPOCH= python$series -m compileall -q --invalidation-mode timestamp -s %{buildroot} -p / %{buildroot}/usr")
build naive-a 2025-03-01 "${naive[@]}" || fail "the sample does not build with compileall"
build naive-b 2025-08-09 "${naive[@]}" || fail "the sample does not build with compileall"
! cmp --quiet "$(rpm_of naive-a)" "$(rpm_of naive-b)" || fail "compileall would have done"
ok "negative control: with compileall, two builds differ"

build off 2025-03-01 --define "disable %undefine __brp_python_bytecompile" || fail "does not build with the macro undefined"
[[ $(pycs off | wc -l) == 2 && -z $(pycs off | grep site-packages) ]] || fail "%undefine __brp_python_bytecompile does not switch it off"
build off-too 2025-03-01 --define "disable %global __brp_pycompile %{nil}" || fail "does not build with the macro empty"
[[ -z $(pycs off-too | grep site-packages) ]] || fail "%global __brp_pycompile does not switch it off"
ok "specs can switch it off"

if command -v add-det >/dev/null; then
    build plain 2025-03-01 --define "_pycompile_policy timestamp" || fail "does not build"
    build minimal 2025-03-01 --define "_pycompile_refs minimal" --define "_pycompile_policy timestamp" || fail "refs minimal: does not build"
    for form in plain minimal; do
        mkdir "$work/$form-files"
        (cd "$work/$form-files" && rpm2cpio "$(rpm_of "$form")" | cpio --extract --make-directories --quiet)
    done
    ! add-det --check --handler pyc "$work/plain-files" >"$work/log" 2>&1 || fail "add-determinism finds nothing to do in CPython's own form"
    add-det --check --handler pyc "$work/minimal-files" >"$work/log" 2>&1 || fail "add-determinism changes the minimal form"
    add-det --handler pyc "$work/plain-files" >"$work/log" 2>&1 || fail "add-determinism on CPython's own form"
    diff -r "$work/plain-files" "$work/minimal-files" >"$work/log" || fail "add-determinism makes something else of CPython's own form"
    installed minimal 0
    ok "refs minimal: what $(add-det --version) makes of CPython's own form, and leaves as it is"
else
    skip "no add-determinism"
fi

edit() { printf 'def f(:\n    pass\n' >hellopyc/bad.py; }
! build bad 2025-03-01 || fail "a syntax error does not fail the build"
grep -q "hellopyc/bad.py\", line 1" "$work/log" || fail "the error does not name file and line"
[[ ! -e $(rpm_of bad) ]] || fail "there is a package all the same"
ok "a syntax error fails the build: $(grep -m1 'bad.py", line' "$work/log" | sed 's/^ *//')"
build tolerated 2025-03-01 --define "_python_bytecompile_errors_terminate_build 0" || fail "errors_terminate_build 0 fails the build"
[[ $(pycs tolerated | wc -l) == 6 ]] || fail "errors_terminate_build 0: not six pycs"
build left-out 2025-03-01 --define "_pycompile_exclude /bad[.]py$" || fail "a module that is left out fails the build"
ok "_python_bytecompile_errors_terminate_build and _pycompile_exclude"
edit() { printf 'def f(:\n    pass\n' >private/bad.py; }
! build bad-too 2025-03-01 || fail "a syntax error does not fail %py_byte_compile"
ok "a syntax error fails %py_byte_compile"

echo "RPM: $passed checks"
