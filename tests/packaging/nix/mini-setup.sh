# As much of nixpkgs' setup.sh as the hook sees of it: hooks of inputs are sourced, phases run in order. nixpkgs itself is
# too large for this test.
set -eu
shopt -s inherit_errexit
export PATH=/usr/bin:/bin
postPhases=

runHook() {
    local body=${!1-}
    eval "$body"
}

for input in $nativeBuildInputs; do
    source "$input/nix-support/setup-hook"
done
for phase in installPhase fixupPhase $postPhases; do
    if [[ -n ${!phase-} ]]; then
        eval "${!phase}"
    elif declare -F "$phase" >/dev/null; then
        "$phase"
    fi
done
