#!/usr/bin/env bash
# Tests audits in repositories: the pre-commit hooks, from a local repository; the example workflows, by their schemas and by
# running their commands; automake and Meson with the files in examples/.
#
#   tests/packaging/ci.sh target/release/pycompile     needs python3 with pip and an index; automake and make
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
binary=$(realpath "$1")
skip() { printf 'NOT COMPARED: %s\n' "$1" | tee -a "${PYCOMPILE_SKIPPED:-/dev/null}"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. tests/packaging/checks
unset SOURCE_DATE_EPOCH PYTHONDONTWRITEBYTECODE
export GIT_AUTHOR_NAME=nobody GIT_AUTHOR_EMAIL=nobody@packages.invalid GIT_AUTHOR_DATE="2024-01-01T00:00:00+0000"
export GIT_COMMITTER_NAME=nobody GIT_COMMITTER_EMAIL=nobody@packages.invalid GIT_COMMITTER_DATE="2024-01-01T00:00:00+0000"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
python3 -m venv "$work/tools"
"$work/tools/bin/pip" install --quiet --disable-pip-version-check pre-commit check-jsonschema meson ninja
mkdir "$work/bin"
ln -s "$binary" "$work/bin/pycompile"
export PATH=$work/bin:$work/tools/bin:$PATH PRE_COMMIT_HOME=$work/pre-commit

# Schemas.
pre-commit validate-manifest .pre-commit-hooks.yaml >"$work/log" 2>&1 || fail ".pre-commit-hooks.yaml"
check-jsonschema --builtin-schema vendor.github-workflows examples/ci/github.yml >"$work/log" 2>&1 || fail "examples/ci/github.yml"
check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci examples/ci/gitlab.yml >"$work/log" 2>&1 ||
    fail "examples/ci/gitlab.yml"
check-jsonschema --builtin-schema vendor.github-actions action.yml >"$work/log" 2>&1 || fail "action.yml"
ok "hooks, workflows and the action pass their schemas"

# The hooks as they are but for their language: rust would build the whole program for each run of this test.
mkdir "$work/hooks"
sed 's/language: rust/language: system/' .pre-commit-hooks.yaml >"$work/hooks/.pre-commit-hooks.yaml"
(cd "$work/hooks" && git init -q && git add -A && git commit -qm hooks)
repository() { # DIRECTORY: a repository with the example, its manifest committed
    mkdir -p "$1"
    cp -r examples/demo/pycompile.toml examples/demo/pyproject.toml examples/demo/src "$1"
    find "$1" -name __pycache__ -prune -exec rm -rf {} +
    printf '__pycache__/\n*.pyc\n' >"$1/.gitignore"
    (cd "$1" && pycompile build --quiet && git init -q && git add -A && git commit -qm first)
}
repository "$work/demo"
cd "$work/demo"
cat >.pre-commit-config.yaml <<CONFIG
repos:
  - repo: file://$work/hooks
    rev: $(git -C "$work/hooks" rev-parse HEAD)
    hooks:
      - id: pycompile-check
      - id: pycompile-build
      - id: pycompile-verify
        args: [src]
CONFIG
pre-commit validate-config >"$work/log" 2>&1 || fail "the config of the hooks"
pre-commit run --all-files >"$work/log" 2>&1 || fail "pre-commit on the example"
[[ $(grep -c 'Passed$' "$work/log") == 3 ]] || fail "pre-commit: not three hooks that pass"
pre-commit install >/dev/null
echo 'x = = 1' >>src/demo/core.py
git add -A
! git commit -qm bad >"$work/log" 2>&1 || fail "a syntax error is committed"
grep -q 'File "src/demo/core.py", line' "$work/log" || fail "pre-commit does not name file and line"
git checkout -q HEAD -- src
echo 'EXTRA = 1' >>src/demo/core.py
git add -A
! git commit -qm stale >"$work/log" 2>&1 || fail "a stale manifest is committed"
grep -q 'files were modified by this hook' "$work/log" || fail "pre-commit does not see that the manifest changes"
git add -A
git commit -qm fresh >"$work/log" 2>&1 || fail "the new manifest is not taken"
sed -i 's/EXTRA = 1/EXTRA = 2/' src/demo/core.py
printf 'x' >>"$(find src -name 'core.cpython-*.pyc')"
! pre-commit run pycompile-verify --all-files >"$work/log" 2>&1 || fail "a pyc that was tampered with passes"
cd "$root"
ok "pre-commit: three hooks pass; a syntax error, a stale manifest and a pyc that was tampered with do not"

# The workflows, on a repository and on one whose build depends on where it is.
repository "$work/steady"
repository "$work/careless"
for service in github gitlab; do
    tests/packaging/workflow.py "$service" "examples/ci/$service.yml" "$work/steady" "$work/$service-steady" >"$work/log" 2>&1 ||
        fail "$service: two builds differ"
done
# What such a thing looks like: a name of the build directory in a source that is generated.
mkdir "$work/careless-bin"
cat >"$work/careless-bin/pycompile" <<CARELESS
#!/usr/bin/env bash
if [[ \$1 == pack ]]; then
    config=\$PWD/pycompile.toml
    [[ \${2:-} != --config ]] || config=\$PWD/\$3
    echo "WHERE = '\$config'" >>"\${config%/*}/src/demo/core.py"
fi
exec "$binary" "\$@"
CARELESS
chmod +x "$work/careless-bin/pycompile"
for service in github gitlab; do
    status=0
    PATH=$work/careless-bin:$PATH tests/packaging/workflow.py "$service" "examples/ci/$service.yml" "$work/careless" \
        "$work/$service-careless" >"$work/log" 2>&1 || status=$?
    [[ $status == 1 ]] || fail "$service: builds that differ give exit status $status"
    grep -q 'demo/core.py' "$work/log" || fail "$service: the difference is not named"
done
ok "workflows: equal builds pass, builds that differ fail and are named"

# Errors where GitHub shows them.
status=0
echo 'x = = 1' >>"$work/careless/src/demo/core.py"
git -C "$work/careless" commit -qam bad
tests/packaging/workflow.py github examples/ci/github.yml "$work/careless" "$work/github-bad" >"$work/log" 2>&1 || status=$?
[[ $status != 0 ]] || fail "github: a syntax error passes"
grep -qE '^::error file=src/demo/core.py,line=[0-9]+,col=5,title=pycompile SyntaxError::invalid syntax$' "$work/log" ||
    fail "github: no annotation"
ok "an error is an annotation of its line"

# automake: install into two places, run, uninstall.
if reason=$(tests/packaging/apt-packages automake autoconf make 2>&1); then
    export PYTHON
    PYTHON=$(command -v python3)
    for name in a b/in/another/place; do
        mkdir -p "$work/automake/$name"
        cp -r examples/automake/. "$work/automake/$name"
        (cd "$work/automake/$name" && autoreconf --install && ./configure --prefix=/usr) >"$work/log" 2>&1 || fail "autoreconf, configure"
        (cd "$work/automake/$name" && make install DESTDIR="$PWD/place" py_compile="$PWD/py-compile") >"$work/log" 2>&1 ||
            fail "make install"
    done
    one=$work/automake/a/place two=$work/automake/b/in/another/place/place
    diff -r "$one" "$two" >"$work/log" || fail "make install: two places differ"
    [[ $(find "$one" -name '*.pyc' | wc -l) == 6 ]] || fail "make install: not six pycs"
    ! grep -rq "$work" "$one" || fail "make install: DESTDIR is in the pycs"
    pycompile verify --quiet "$one" >"$work/log" 2>&1 || fail "make install: pycompile verify"
    (cd "$work/automake/a" && make install prefix="$PWD/own" pythondir="$PWD/own/site" py_compile="$PWD/py-compile") >"$work/log" 2>&1 ||
        fail "make install without DESTDIR"
    PYTHONPATH=$work/automake/a/own/site python3 -B -v -c 'import hello.core' 2>"$work/log" || fail "make install: does not run"
    grep -q "code object from '$work/automake/a/own/site/hello/__pycache__/core" "$work/log" || fail "make install: the pyc is not used"
    (cd "$work/automake/a" && make uninstall DESTDIR="$one") >"$work/log" 2>&1 || fail "make uninstall"
    [[ -z $(find "$one" -type f) ]] || fail "make uninstall leaves files"
    PYTHON=: examples/automake/py-compile hello/core.py >"$work/log" 2>&1 && [[ ! -s $work/log ]] || fail "py-compile without Python"
    ok "automake: two places are equal, pycs are used, uninstall leaves nothing"
else
    skip "automake: $reason"
fi

# Meson.
for name in a b/in/another/place; do
    mkdir -p "$work/meson/$name"
    cp -r examples/meson/. "$work/meson/$name"
    (cd "$work/meson/$name" && meson setup build --prefix /usr && DESTDIR=$PWD/place meson install -C build) >"$work/log" 2>&1 ||
        fail "meson install"
done
one=$work/meson/a/place two=$work/meson/b/in/another/place/place
diff -r "$one" "$two" >"$work/log" || fail "meson install: two places differ"
[[ $(find "$one" -name '*.pyc' | wc -l) == 6 ]] || fail "meson install: not six pycs"
! grep -rq "$work" "$one" || fail "meson install: DESTDIR is in the pycs"
pycompile verify --quiet "$one" >"$work/log" 2>&1 || fail "meson install: pycompile verify"
(cd "$work/meson/a" && meson setup own --prefix "$PWD/own-place" && meson install -C own) >"$work/log" 2>&1 || fail "meson install without DESTDIR"
site=$(dirname "$(dirname "$(find "$work/meson/a/own-place" -name core.py)")")
PYTHONPATH=$site python3 -B -v -c 'import hello.core' 2>"$work/log" || fail "meson install: does not run"
grep -q "code object from '$site/hello/__pycache__/core" "$work/log" || fail "meson install: the pyc is not used"
ok "meson: two places are equal, pycs are used"

echo "CI: $passed checks"
