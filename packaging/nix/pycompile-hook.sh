# shellcheck shell=bash
# Compiles the Python modules of every output, reproducibly, after everything that changes files.
#
#   dontUsePycompile     do nothing
#   pycompileOptimize    levels, "0" without it
#   pycompileExclude     shell patterns of paths to leave out, relative to the output
#   pycompileFlags       more for `pycompile compile`
#
# Code records names relative to its output: with the output's own path in a pyc, a manifest of digests would fail in
# `nix-build --check`, which builds at another path and rewrites it. Times are 1 in a store: pycs are unchecked-hash.

pycompileOutput() {
    local output=$1 modules=$1/@pythonSitePackages@
    [[ -d $modules ]] || return 0
    local arguments=(--force --python @pythonVersion@ --invalidation-mode unchecked-hash)
    arguments+=(--below "$output" --strip-dir "$output")
    local level pattern excluded=()
    for level in ${pycompileOptimize:-0}; do
        arguments+=(--optimize "$level")
    done
    set -f
    for pattern in ${pycompileExclude:-}; do
        excluded+=(! -path "$output/$pattern")
    done
    set +f
    find "$modules" -name __pycache__ -type d -prune -exec rm -rf {} +
    local list=${TMPDIR:-/tmp}/pycompile.list
    find "$modules" -name '*.py' -type f "${excluded[@]}" -print0 | LC_ALL=C sort --zero-terminated >"$list"
    [[ -s $list ]] || return 0
    # shellcheck disable=SC2086
    PATH=@pythonBin@:$PATH @pycompile@ compile "${arguments[@]}" ${pycompileFlags:-} --null - <"$list"
    mkdir -p "$output/nix-support"
    @pycompile@ manifest --quiet --output "$output/nix-support/pyc.json" "$output"
    @pycompile@ manifest --quiet --format sha256sum --output "$output/nix-support/pyc.sha256" "$output"
}

pycompilePhase() {
    echo "Executing pycompilePhase"
    runHook prePycompile
    local name names=${outputs:-out}
    if declare -F getAllOutputNames >/dev/null; then
        names=$(getAllOutputNames)
    fi
    for name in $names; do
        pycompileOutput "${!name}"
    done
    runHook postPycompile
}

if [[ -z ${dontUsePycompile-} ]]; then
    # This replaces nixpkgs' own hook.
    dontUsePythonRecompileBytecode=1
    if declare -F appendToVar >/dev/null; then
        appendToVar postPhases pycompilePhase
    else
        postPhases+=" pycompilePhase"
    fi
fi
