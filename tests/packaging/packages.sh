#!/usr/bin/env bash
# Packages, tar archives and an image as the real tools write them: `diff`, `verify` and `manifest` must see in them what the
# tools unpack. Also the recipes for git and diffoscope of docs/diff.md.
#
#   tests/packaging/packages.sh target/release/pycompile [deb]...
#
# Without Debian packages to look at, two are downloaded. Tools that this machine lacks are reported, and not compared.
set -euo pipefail
cd "$(dirname "$0")/../.."
pycompile=$(realpath "$1")
shift
skip() { printf 'NOT COMPARED: %s\n' "$1" | tee -a "${PYCOMPILE_SKIPPED:-/dev/null}"; }
has() { command -v "$1" >/dev/null || { skip "no $1: $2" && return 1; }; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/packaging/checks
export LC_ALL=C.UTF-8
debs=()
for deb in "$@"; do debs+=("$(realpath "$deb")"); done
cd "$work"

# same ARCHIVE TREE: no file, symlink or byte differs, apart from what is for the package manager.
same() {
    "$pycompile" diff "$1" "$2" --json >log || true
    python3 - log <<'PYTHON'
import json, sys
found = json.load(open(sys.argv[1]))
other = [file["path"] for file in found["files"] if not file["path"].startswith(("DEBIAN/", "(")) and file["path"]]
if other or not found["same"]:
    sys.exit(f"{len(other)} differ, {found['same']} are the same: {other[:5]}")
PYTHON
}

# A package with two modules and their pycs, at a time.
source_tree() {
    local module=$1/usr/lib/python3/dist-packages/demo
    mkdir -p "$module" "$1/usr/share/doc/demo"
    printf 'VALUE = 1\n' >"$module/__init__.py"
    printf 'def f(a):\n    return a in {"x", "y", "z"}\n' >"$module/core.py"
    ln -s core.py "$module/alias.py"
    ln -s /usr/share/javascript/jquery "$module/jquery"
    printf 'text\n' >"$1/usr/share/doc/demo/README"
    (cd "$1" && find usr -name '*.py' -type f | sort |
        "$pycompile" compile --python 3.13 --python 3.14 --invalidation-mode checked-hash -)
    find "$1" -exec touch -hd "$2" {} +
}
source_tree one "2024-03-01 00:00:00 UTC"
source_tree two "2025-08-09 10:11:12 UTC"
verified() {
    "$pycompile" verify "$1" >log 2>&1 || fail "$1 does not verify: $(<log)"
    grep -q '^4 verified, 0 findings' log || fail "$1: $(<log)"
}
# A pyc of `core.py` with the bytes of `__init__.py`'s.
poison() {
    local cache=$1/usr/lib/python3/dist-packages/demo/__pycache__
    cp "$cache/__init__.cpython-314.pyc" "$cache/core.cpython-314.pyc"
}
cp -a one poisoned
poison poisoned
poisoned() {
    ! "$pycompile" verify "$1" >log 2>&1 || fail "$1 verifies"
    grep -q 'core.cpython-314.pyc: ' log || fail "$1: $(<log)"
}

if has dpkg-deb "Debian packages"; then
    for tree in one two poisoned; do
        mkdir -p "control/$tree/DEBIAN"
        cp -a "$tree/usr" "control/$tree"
        printf 'Package: demo\nVersion: 1.0\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: demo\n' \
            >"control/$tree/DEBIAN/control"
        # The same second for each, however long this takes.
        touch -d @1700000000 "control/$tree/DEBIAN/control" "control/$tree/DEBIAN"
    done
    for packing in gzip xz zstd none; do
        dpkg-deb -Z"$packing" --root-owner-group --build control/one "$packing.deb" >/dev/null
        verified "$packing.deb"
        same "$packing.deb" one || fail "$packing.deb is not what it was built of"
    done
    dpkg-deb --root-owner-group --build control/two two.deb >/dev/null
    dpkg-deb --root-owner-group --build control/poisoned poisoned.deb >/dev/null
    poisoned poisoned.deb
    # A package that was built twice, at different times: form alone, and the same after dpkg has set the time.
    ! "$pycompile" diff xz.deb two.deb >log 2>&1 || fail "two builds at two times are the same"
    grep -q '^1 archive differs in form alone; nothing that differs is unexplained' log || fail "$(<log)"
    "$pycompile" diff -q xz.deb two.deb --fail-on unexplained || fail "times are unexplained"
    for build in first second; do
        mkdir "clamp-$build"
        cp -a control/two "clamp-$build/tree"
        find "clamp-$build/tree" -exec touch -hd now {} +
        SOURCE_DATE_EPOCH=1700000000 dpkg-deb --root-owner-group --build "clamp-$build/tree" "$build.deb" >/dev/null
    done
    "$pycompile" diff -q first.deb second.deb || fail "a deb that was built twice with SOURCE_DATE_EPOCH differs"
    ok "debs by dpkg-deb, compressed by gzip, xz, zstd and not, one of them built twice"
    if [[ ${#debs[@]} == 0 ]] && command -v apt-get >/dev/null; then
        (mkdir apt && cd apt && apt-get download python3-six python3-requests >../log 2>&1) ||
            skip "apt-get download: $(tail -1 log)"
        for deb in apt/*.deb; do [[ ! -e $deb ]] || debs+=("$deb"); done
    fi
    for deb in "${debs[@]}"; do
        rm -rf tree && mkdir tree
        dpkg-deb --extract "$deb" tree
        same "$deb" tree || fail "${deb##*/} is not what dpkg-deb extracts"
        "$pycompile" verify "$deb" >log 2>&1 || fail "${deb##*/}: $(<log)"
        grep -q '^0 pycs, ' log || fail "${deb##*/}: $(<log)"
        ok "${deb##*/}: $(find tree -type f | wc -l) files, as dpkg-deb extracts them; $(head -1 log)"
    done
fi

if has rpmbuild "RPM packages"; then
    for tree in one two poisoned; do
        cat >"$tree.spec" <<SPEC
Name: demo
Version: 1.0
Release: 1
Summary: demo
License: MIT
BuildArch: noarch
AutoReqProv: no
%global __os_install_post %{nil}
%description
demo
%install
mkdir -p %{buildroot}
cp -a $work/$tree/usr %{buildroot}/
ln %{buildroot}/usr/share/doc/demo/README %{buildroot}/usr/share/doc/demo/HARD
%files
/usr/lib/python3
/usr/share/doc/demo
SPEC
        for packing in gzdio xzdio zstdio; do
            rpmbuild --define "_topdir $work/rpm" --define "_binary_payload w6.$packing" -bb "$tree.spec" >log 2>&1 ||
                fail "rpmbuild: $(tail -3 log)"
            mv rpm/RPMS/noarch/*.rpm "$tree-$packing.rpm"
        done
    done
    rm -rf tree && cp -a one tree && ln tree/usr/share/doc/demo/README tree/usr/share/doc/demo/HARD
    for packing in gzdio xzdio zstdio; do
        verified "one-$packing.rpm"
        same "one-$packing.rpm" tree || fail "$packing.rpm is not what it was built of"
        poisoned "poisoned-$packing.rpm"
    done
    "$pycompile" diff one-gzdio.rpm two-gzdio.rpm --fail-on unexplained >log 2>&1 || fail "times are unexplained: $(<log)"
    ok "rpms by rpmbuild, compressed by gzip, xz and zstd, with a hard link"
fi

tar --format=gnu -C one -cf plain.tar usr
tar --format=pax -C one -cf pax.tar usr
gzip -nc plain.tar >plain.tar.gz
xz -c plain.tar >plain.tar.xz
archives=(plain.tar pax.tar plain.tar.gz plain.tar.xz)
if has zstd "tar archives compressed by zstd"; then
    zstd -q -c plain.tar >plain.tar.zst
    archives+=(plain.tar.zst)
fi
for archive in "${archives[@]}"; do
    verified "$archive"
    same "$archive" one || fail "$archive is not what it was made of"
done
tar -C poisoned -czf poisoned.tar.gz usr
poisoned poisoned.tar.gz
ok "tar archives in the GNU and pax formats, by gzip, xz and zstd"

# The archive of `docker save`, after the OCI image specification: a layer with a poisoned pyc, and one that brings it right.
mkdir image
tar -C poisoned -cf image/base.tar usr
mkdir -p upper/usr/lib/python3/dist-packages/demo/__pycache__ upper/usr/share
cp one/usr/lib/python3/dist-packages/demo/__pycache__/core.cpython-314.pyc upper/usr/lib/python3/dist-packages/demo/__pycache__
touch upper/usr/share/.wh.doc
tar -C upper -czf image/upper.tar usr
printf '{"os":"linux","rootfs":{"type":"layers"}}' >image/config.json
save() {
    printf '[{"Config":"config.json","RepoTags":["demo:1"],"Layers":[%s]}]' "$1" >image/manifest.json
    tar -C image -cf "$2" manifest.json config.json base.tar upper.tar
}
save '"base.tar","upper.tar"' fixed-image.tar
save '"upper.tar","base.tar"' poisoned-image.tar
verified fixed-image.tar
poisoned poisoned-image.tar
rm -rf tree && cp -a one tree && rm -r tree/usr/share/doc
same fixed-image.tar tree || fail "the image is not what its layers make"
ok "an image of two layers with a whiteout, and the layers in the other order"

# The same layers by umoci, and saved by skopeo in both layouts: the layers of a docker archive are symlinks, those of an OCI
# archive are compressed.
if has umoci "OCI images" && has skopeo "archives of docker save"; then
    umoci init --layout layout >log 2>&1 && umoci new --image layout:one >log 2>&1 || fail "umoci: $(<log)"
    umoci unpack --rootless --image layout:one bundle >log 2>&1 || fail "umoci: $(<log)"
    cp -a poisoned/usr bundle/rootfs
    umoci repack --image layout:poisoned bundle >log 2>&1 || fail "umoci: $(<log)"
    rm -rf bundle
    umoci unpack --rootless --image layout:poisoned bundle >log 2>&1 || fail "umoci: $(<log)"
    cp -a one/usr/lib/python3/dist-packages/demo/__pycache__/core.cpython-314.pyc \
        bundle/rootfs/usr/lib/python3/dist-packages/demo/__pycache__
    rm -r bundle/rootfs/usr/share/doc
    umoci repack --image layout:fixed bundle >log 2>&1 || fail "umoci: $(<log)"
    for image in poisoned fixed; do
        save() { skopeo --insecure-policy copy "$@" >log 2>&1 || fail "skopeo: $(<log)"; }
        save "oci:layout:$image" "docker-archive:docker-$image.tar:demo:1"
        save "oci:layout:$image" "oci-archive:oci-$image.tar:demo"
        save --dest-compress-format zstd "docker-archive:docker-$image.tar" "oci-archive:zstd-$image.tar:demo"
    done
    for layout in docker oci zstd; do
        verified "$layout-fixed.tar"
        poisoned "$layout-poisoned.tar"
        same "$layout-fixed.tar" tree || fail "$layout-fixed.tar is not what its layers make"
    done
    ok "images by umoci, saved by skopeo as docker and OCI archives"
fi

# The recipes of docs/diff.md.
if has git "textconv"; then
    git init -q repository && cd repository
    git config user.email a@example.org && git config user.name A
    git config diff.pyc.textconv "sh -c 'cd \"\$(dirname \"\$0\")\" && $pycompile inspect \"\$(basename \"\$0\")\"'"
    git config diff.pyc.cachetextconv true
    printf '*.pyc diff=pyc\n' >.gitattributes
    cp ../one/usr/lib/python3/dist-packages/demo/__pycache__/core.cpython-314.pyc m.pyc
    git add . && git commit -qm first
    cp ../one/usr/lib/python3/dist-packages/demo/__pycache__/__init__.cpython-314.pyc m.pyc
    git diff >../log
    git config diff.pyc.command "sh -c '$pycompile diff --label \"\$1\" \"\$2\" \"\$5\" || true' --"
    git diff >../driver 2>&1
    git commit -qam second
    git archive -o ../old.tar 'HEAD~^{tree}' && git archive -o ../new.tar 'HEAD^{tree}'
    cd ..
    grep -q '^[-+].*LOAD_CONST' log || fail "git diff shows no instructions: $(head -20 log)"
    ! grep -q git-blob log driver || fail "git diff shows temporary files: $(grep -h git-blob log driver)"
    ok "git diff shows instructions of pycs by textconv"
    grep -q '^--- m.pyc$' driver || fail "the driver shows no path: $(<driver)"
    ok "git diff names the paths of the repository with a diff driver"
    ! "$pycompile" diff --label HEAD~ --label HEAD --ignore archive old.tar new.tar >log 2>&1 || fail "the same"
    grep -q '^+++ HEAD$' log || fail "git archive: $(<log)"
    ok "git archive makes both sides of two commits"
fi
if has diffoscope "diffoscope"; then
    cp -a one left && cp -a poisoned right
    touch -d now right/usr/share/doc/demo/README
    diffoscope --exclude '*.pyc' --exclude-directory-metadata=yes left right >log 2>&1 ||
        fail "diffoscope finds more than the pyc"
    ! diffoscope --exclude-directory-metadata=yes left right >log 2>&1 || fail "diffoscope finds nothing"
    ! "$pycompile" diff left right >explained 2>&1 || fail "diff finds nothing"
    grep -q '^1 pyc is unexplained' explained || fail "$(head -3 explained)"
    ok "diffoscope for all but pycs, diff for pycs ($(wc -l <log) and $(wc -l <explained) lines for the pyc)"
fi
