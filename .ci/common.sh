# What the scripts beside this file share: a folder of their own that goes when they end, surroundings that are not
# the caller's, and the Pythons that are here. To be sourced by bash; it changes to no folder.
set -euo pipefail
exec </dev/null

readonly OLDEST=3.11
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
work=$(mktemp -d "${TMPDIR:-/tmp}/crpv-ci.XXXXXX")
doing="starting"
finish() {
    local code=$?
    trap - EXIT
    if [ "$code" -ne 0 ]; then printf '\nFAILED (%s): %s\n' "$code" "$doing" >&2; fi
    rm -rf "$work"
    exit "$code"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

step() {
    doing=$1
    printf '\n== %s\n' "$1"
}
fail() {
    printf '%s\n' "$1" >&2
    exit 1
}
# Runs a command and shows what it said only if it fails.
quietly() {
    "$@" >"$work/log" 2>&1 || {
        local code=$?
        cat "$work/log" >&2
        return "$code"
    }
}

# --- Surroundings: nothing of the caller's settings but where packages come from -------------------------------
readonly old_home=${HOME:-/root}
for settings in "$old_home/.config/pip/pip.conf" "$old_home/.pip/pip.conf"; do
    if [ -z "${PIP_CONFIG_FILE:-}" ] && [ -f "$settings" ]; then
        export PIP_CONFIG_FILE=$settings # the machine's package registry, which a new HOME would hide
    fi
done
unset "${!CRPV_@}" "${!XDG_@}" "${!PYTEST_@}" VIRTUAL_ENV PYTHONPATH PYTHONHOME NO_COLOR FORCE_COLOR COLUMNS LANGUAGE
export LC_ALL=C.UTF-8 LANG=C.UTF-8
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_CACHE_DIR="$work/pip-cache" PIP_ROOT_USER_ACTION=ignore
home() {
    mkdir -p "$work/home-$1"
    export HOME="$work/home-$1"
}
home ci

clone() {
    HOME=$old_home quietly git clone --quiet "$root" "$work/$1"
}
# Says which commit is worked on, and what is not in it.
name_head() {
    step "Clone HEAD of $root"
    HOME=$old_home git -C "$root" log -1 --format='%h %s'
    if [ -n "$(HOME=$old_home git -C "$root" status --porcelain)" ]; then
        echo "Note: the working tree holds changes that are not committed; they are not tested."
    fi
}

# Installs uv, which finds the lowest versions, and those of every Python, as pip cannot. It never fetches a Python.
install_uv() {
    python3 -m venv "$work/uv"
    quietly "$work/uv/bin/pip" install -q uv
    export UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1 UV_CACHE_DIR="$work/uv-cache"
    local index # uv does not read pip's settings
    index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$("$work/uv/bin/pip" config get global.index-url 2>/dev/null || true)}}
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX=$index; fi
}
uv() {
    "$work/uv/bin/uv" "$@"
}

# Prints "MAJOR.MINOR" of a Python that can run the tests, or nothing.
version_of() {
    "$1" -c 'import sys, venv, ensurepip
if sys.version_info.releaselevel == "final" and sys.implementation.name == "cpython":
    print("{}.{}".format(*sys.version_info))' 2>/dev/null || true
}
# Prints "MAJOR.MINOR PATH" of every supported Python that is here, the oldest first.
pythons() {
    local candidate version
    for candidate in $(compgen -c | grep -xE 'python3(\.[0-9]+)?' | sort -u | while read -r name; do type -ap "$name"; done) \
        "${PYENV_ROOT:-$old_home/.pyenv}"/versions/3.*/bin/python; do
        [ -x "$candidate" ] || continue
        version=$(version_of "$candidate")
        if [ -n "$version" ] && [ "$(printf '%s\n' "$OLDEST" "$version" | sort -V | head -n 1)" = "$OLDEST" ]; then
            printf '%s %s\n' "$version" "$candidate"
        fi
    done | sort -V
}
