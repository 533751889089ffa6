#!/usr/bin/env bash
# Debian packages of pycompile and of a sample that Build-Depends on dh-sequence-pycompile, with the real tools: built
# twice under different circumstances and by reprotest, installed, reinstalled and purged. All of it happens in a copy of
# this machine that is thrown away.
#
#   tests/packaging/debian.sh target/release/pycompile     needs root and a Debian machine, or an index
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
skip() {
    printf 'NOT COMPARED: Debian packages: %s\n' "$1" | tee -a "${PYCOMPILE_SKIPPED:-/dev/null}"
}
if [[ -z ${PYCOMPILE_THROWAWAY:-} ]]; then
    reason=$(tests/packaging/apt-packages build-essential debhelper dh-python python3 fakeroot lintian reprotest \
        disorderfs faketime 2>&1) || { skip "$reason" && exit 0; }
    status=0
    reason=$(tests/packaging/throwaway-root true 2>&1) || { skip "$reason" && exit 0; }
    tests/packaging/throwaway-root "$0" "$binary" || status=$?
    exit "$status"
fi

work=$(mktemp -d)
sample=$PWD/tests/packaging/hellopyc
unset SOURCE_DATE_EPOCH PYTHONDONTWRITEBYTECODE
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
. tests/packaging/checks
same() { cmp "$1" "$2" >"$work/log" 2>&1; }
# dpkg --verify has exit status 0 also where it finds something.
pristine() { [[ -z $(dpkg --verify "$1" 2>&1 | tee "$work/log") ]]; }

# pycompile's own packages.
mkdir -p "$work/self/debian"
cp -r packaging/debian/. "$work/self/debian"
(cd "$work/self" && PYCOMPILE_BINARY=$binary dpkg-buildpackage -us -uc -b -Ppkg.pycompile.prebuilt) >"$work/log" 2>&1 ||
    fail "pycompile's own packages do not build"
lintian --fail-on error --suppress-tags no-changelog,initial-upload-closes-no-bugs,unstripped-binary-or-object,statically-linked-binary \
    --allow-root "$work"/*pycompile*.deb >"$work/log" 2>&1 || fail "lintian on pycompile's own packages"
dpkg -i "$work"/pycompile_*.deb "$work"/dh-pycompile_*.deb >"$work/log" 2>&1 || fail "pycompile's own packages do not install"
rm -f "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo
ok "pycompile and dh-pycompile build, pass lintian and install"

# build NAME DIRECTORY MTIME [ENVIRONMENT]...: a copy of the sample, its files as old as that, built.
build() {
    local name=$1 directory=$2 mtime=$3
    shift 3
    mkdir -p "$directory"
    cp -r "$sample" "$directory/$name"
    (cd "$directory/$name" && edit)
    find "$directory/$name" -exec touch -d "$mtime" {} +
    (cd "$directory/$name" && env "$@" dpkg-buildpackage -us -uc -b) >"$work/log" 2>&1
}
edit() { :; }
deb=python3-hellopyc_1.0_all.deb
(umask 022 && build hellopyc "$work/a" 2024-03-01 TZ=UTC) || fail "the sample does not build"
edit() { sed -i 's/dh-sequence-pycompile, dh-sequence-python3/dh-sequence-python3, dh-sequence-pycompile/' debian/control; }
(umask 077 && build python3-hellopyc-1.0 "$work/b/another/and a longer place" "2025-08-09 10:11:12" TZ=Asia/Tokyo \
    LC_ALL=C LANG=C PYTHONHASHSEED=7 DEB_BUILD_OPTIONS=parallel=7 HOME=/nowhere) || fail "the sample does not build elsewhere"
grep -q dh-sequence-pycompile "$work/b/another/and a longer place/python3-hellopyc-1.0/debian/control"
same "$work/a/$deb" "$work/b/another/and a longer place/$deb" || fail "two builds differ"
ok "two builds are equal: path, mtimes, TZ, umask, locale, hash seed, order of Build-Depends ($(sha256sum <"$work/a/$deb" | cut -c1-16))"

# What the comparison is worth: without the add-on, compileall gives other bytes in each directory.
edit() {
    sed -i 's/dh-sequence-pycompile, //' debian/control
    printf 'override_dh_fixperms:\n\t/usr/bin/python3 -m compileall -q $(CURDIR)/debian/python3-hellopyc/usr\n\tdh_fixperms\n' >>debian/rules
}
build hellopyc "$work/naive-a" 2024-03-01 || fail "the sample does not build with compileall"
build hellopyc "$work/naive-b" 2024-03-01 || fail "the sample does not build with compileall"
! same "$work/naive-a/$deb" "$work/naive-b/$deb" || fail "compileall would have done"
ok "negative control: with compileall, two builds differ"
edit() { :; }

dpkg-deb --extract "$work/a/$deb" "$work/tree"
series=$(py3versions --default) series=${series#python} tag=cpython-${series/./}
(cd "$work/tree" && find . -name '*.pyc' | sort) >"$work/log"
expected="./usr/lib/python3/dist-packages/hellopyc/__pycache__/__init__.$tag.pyc
./usr/lib/python3/dist-packages/hellopyc/__pycache__/core.$tag.pyc
./usr/share/python3-hellopyc/__pycache__/tool.$tag.pyc"
[[ $(<"$work/log") == "$expected" ]] || fail "other pycs than expected"
pycompile verify --quiet "$work/tree" --manifest "$work/tree/usr/share/doc/python3-hellopyc/python3-hellopyc.pyc.json" \
    >"$work/log" 2>&1 || fail "the shipped manifest does not verify"
grep -rlE "$work" "$work/tree" >"$work/log" && fail "a file names the build directory"
ok "the package has its three pycs; the manifest verifies; nothing names the build directory"

lintian --allow-root --fail-on none --show-overrides "$work/a/$deb" >"$work/log" 2>&1
grep -E '^[EW]: .*(python|override|bytecode|pyc)' "$work/log" && fail "lintian finds something in the bytecode"
grep -q 'O: .*package-installs-python-pycache-dir' "$work/log" || fail "lintian's override is not used"
ok "lintian: overridden, nothing else"

# reprotest varies time, kernel, order of files and more.
cp -r "$sample" "$work/reprotest"
vary=-user_group,-domain_host
[[ -c /dev/fuse ]] || {
    skip "no /dev/fuse: reprotest does not vary the order of files"
    vary+=,-fileordering
}
(cd "$work/reprotest" && reprotest --vary="$vary" --no-diffoscope 'dpkg-buildpackage -us -uc -b' '../*.deb') \
    >"$work/log" 2>&1 || fail "reprotest"
grep -q 'Reproduction successful' "$work/log" || fail "reprotest says nothing"
ok "reprotest: Reproduction successful"

# Installed: the pycs stay what they are.
installed=/usr/lib/python3/dist-packages/hellopyc/__pycache__
headers() { for pyc in "$installed"/*."$tag".pyc /usr/share/python3-hellopyc/__pycache__/*."$tag".pyc; do
    printf '%s %s\n' "$pyc" "$(sha256sum <"$pyc")"
done; }
others() { find /usr/lib/python3/dist-packages -name '*.pyc' -not -path "$installed/*" -printf '%p %T@ %s\n' | LC_ALL=C sort; }
dpkg -i "$work/a/$deb" >"$work/log" 2>&1 || fail "does not install"
headers >"$work/shipped"
[[ $(wc -l <"$work/shipped") == 3 ]] || fail "not three pycs"
for pyc in "$installed"/*."$tag".pyc; do
    [[ $(od -An -tu4 -j4 -N4 "$pyc") -eq 1 ]] || fail "$pyc is not unchecked-hash"
done
while read -r pyc digest _; do
    [[ $digest == "$(sha256sum <"$work/tree$pyc" | cut -d' ' -f1)" ]] || fail "$pyc was written over"
done <"$work/shipped"
pristine python3-hellopyc || fail "dpkg --verify after the installation"
[[ $(/usr/bin/python3 -c 'import hellopyc; print(hellopyc.greeting())') == "hello world" ]] || fail "does not run"
[[ $(/usr/bin/python3 /usr/share/python3-hellopyc/tool.py) == "hello world" ]] || fail "the private module does not run"
/usr/bin/python3 -v -c "import hellopyc.core" >"$work/log" 2>&1
grep -qF "code object from '$installed/core.$tag.pyc'" "$work/log" ||
    fail "the pyc is not used"
ok "installed: three unchecked-hash pycs as shipped, dpkg --verify says nothing, Python uses them"

dpkg -i "$work/a/$deb" >"$work/log" 2>&1 || fail "does not install again"
headers | cmp - "$work/shipped" >"$work/log" 2>&1 || fail "another installation changes pycs"
pristine python3-hellopyc || fail "dpkg --verify after another installation"
ok "reinstalled: the same"

# py3compile still takes care of everything else.
mkdir -p /usr/lib/python3/dist-packages/zz_other
echo 'x = 1' >/usr/lib/python3/dist-packages/zz_other/__init__.py
for hook in /usr/share/python3/runtime.d/*.rtinstall; do
    "$hook" rtinstall "python$series" >"$work/log" 2>&1 || fail "$hook"
done
headers | cmp - "$work/shipped" >"$work/log" 2>&1 || fail "the rtinstall hook changes pycs"
pristine python3-hellopyc || fail "dpkg --verify after the rtinstall hook"
[[ -f /usr/lib/python3/dist-packages/zz_other/__pycache__/__init__.$tag.pyc ]] ||
    fail "modules of other packages are not compiled any more"
py3compile -f -p python3-hellopyc
headers | cmp - "$work/shipped" >"$work/log" 2>&1 || fail "py3compile changes pycs"
rm -r /usr/lib/python3/dist-packages/zz_other
ok "rtinstall hooks and py3compile leave them alone, and compile modules of others"

# A new version of the package, over the old one.
edit() {
    sed -i '1s/(1.0)/(1.1)/' debian/changelog
    sed -i 's/hello {name}/good day {name}/' hellopyc/core.py
    printf 'NEW = 1\n' >hellopyc/new.py
    rm -r private
    sed -i '/private/d' debian/install
}
build hellopyc "$work/new" 2024-03-01 || fail "the next version does not build"
dpkg -i "$work/new/python3-hellopyc_1.1_all.deb" >"$work/log" 2>&1 || fail "does not upgrade"
pristine python3-hellopyc || fail "dpkg --verify after the upgrade"
[[ $(/usr/bin/python3 -c 'import hellopyc; print(hellopyc.greeting())') == "good day world" ]] || fail "the old pyc is used after the upgrade"
[[ $(find "$installed" -name '*.pyc' | wc -l) == 3 && ! -e /usr/share/python3-hellopyc ]] || fail "other pycs after the upgrade"
dpkg -i "$work/a/$deb" >"$work/log" 2>&1 || fail "does not go back"
headers | cmp - "$work/shipped" >"$work/log" 2>&1 || fail "other pycs after going back"
pristine python3-hellopyc || fail "dpkg --verify after going back"
edit() { :; }
ok "upgraded and downgraded: pycs as shipped"

(cd / && sha256sum --check --strict --quiet /usr/share/doc/python3-hellopyc/python3-hellopyc.pyc.sha256) >"$work/log" 2>&1 ||
    fail "the shipped digests do not hold"
ok "sha256sum --check --strict of the shipped list"

dpkg --purge python3-hellopyc >"$work/log" 2>&1 || fail "does not purge"
left=$(find / -xdev -path /proc -prune -o -path "$work" -prune -o -path '*hellopyc*' -not -path "$sample*" \
    -not -path '/var/lib/dpkg/*' -print 2>/dev/null | grep -v "^$PWD/" | grep -E '^/(usr|var/lib/python)' || true)
[[ -z $left ]] || fail "purged, and left: $left"
ok "purged: nothing is left"

# What postinst of old packages does where there is any program of this name.
mkdir -p "$work/old/DEBIAN"
printf 'Package: python-old\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@packages.invalid>\nDescription: old\n' \
    >"$work/old/DEBIAN/control"
{
    echo '#!/bin/sh'
    echo 'set -e'
    sed 's/#PACKAGE#/python-old/; s/#ARGS#/-V 2.7/' /usr/share/debhelper/autoscripts/postinst-pycompile
} >"$work/old/DEBIAN/postinst"
chmod 755 "$work/old/DEBIAN/postinst"
dpkg-deb --build "$work/old" "$work/python-old.deb" >"$work/log" 2>&1
dpkg -i "$work/python-old.deb" >"$work/log" 2>&1 || fail "a package of Python 2's days is left half-configured"
[[ $(dpkg-query --show --showformat '${db:Status-Status}' python-old) == installed ]] || fail "python-old is not installed"
grep -q '^pycompile: ' "$work/log" || fail "pycompile -p says nothing"
dpkg --purge python-old >"$work/log" 2>&1
ok "maintainer scripts that call pycompile -p: nothing is done, and said"

# A module with an error stops the build, not the installation.
edit() { printf 'def f(:\n    pass\n' >hellopyc/bad.py; }
! build hellopyc "$work/c" 2024-03-01 || fail "a syntax error does not fail the build"
grep -q 'hellopyc/bad.py", line 1' "$work/log" || fail "the error does not name file and line"
grep -q 'SyntaxError' "$work/log" || fail "the error is not shown"
[[ ! -e $work/c/$deb ]] || fail "there is a package all the same"
ok "a syntax error fails the build: $(grep -m1 'bad.py", line' "$work/log" | sed 's/^ *//')"

# -X leaves the module out; other levels, checked-hash, and bcep lines of the package's own.
edit() {
    printf 'def f(:\n    pass\n' >hellopyc/bad.py
    printf 'override_dh_pycompile:\n\tdh_pycompile -Xbad.py --optimize 0 --optimize 2 --invalidation-mode checked-hash /usr/share/hello\n' >>debian/rules
    echo 'hellopyc/core.py usr/share/hello/deep' >>debian/install
    echo "hellopyc/core.py usr/lib/python$series/dist-packages/hello_of_one_version" >>debian/install
    echo 'dir|-3.0|/usr/lib/python3/dist-packages/hellopyc/old' >debian/python3-hellopyc.bcep
}
build hellopyc "$work/d" 2024-03-01 || fail "dh_pycompile with options"
dpkg-deb --extract "$work/d/$deb" "$work/options"
[[ $(find "$work/options" -name '*.pyc' | wc -l) == 10 ]] || fail "not ten pycs with options"
[[ $(wc -l <"$work/options/usr/share/python3/bcep/python3-hellopyc") == 6 ]] || fail "not six bcep lines"
[[ -f $work/options/usr/share/hello/deep/__pycache__/core.$tag.opt-2.pyc ]] || fail "no level 2 in a directory that is named"
[[ $(od -An -tu4 -j4 -N4 "$work/options$installed/core.$tag.pyc") -eq 3 ]] || fail "not checked-hash"
ok "options of dh_pycompile"

echo "Debian: $passed checks"
