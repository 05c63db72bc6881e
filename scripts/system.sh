# shellcheck shell=bash disable=SC2034
# Sourced by ./start, ./check and .ci/run: brings what the system lacks. Knows Debian's packages; elsewhere it
# names what is needed and goes on.

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# as_root COMMAND...: root needs no sudo, and a container often has none.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi
}

# apt_quietly COMMAND...
apt_quietly() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >&2; }

# need_packages NAME...: installs the Debian packages that are missing.
need_packages() {
    local missing=() name
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "Not a Debian system; if something is missing, these are its names there: $*"
        return 0
    fi
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        die "please install as root: apt-get install ${missing[*]}"
    fi
    say "Installing ${missing[*]}"
    # The lists may be old or, in a fresh container, not there.
    apt_quietly install -y --no-install-recommends "${missing[@]}" 2>/dev/null && return 0
    apt_quietly update && apt_quietly install -y --no-install-recommends "${missing[@]}" \
        || die "these packages could not be installed: ${missing[*]}"
}

# need_rust: the toolchain that rust-toolchain.toml names.
need_rust() {
    local wanted
    wanted=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
    PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    export PATH
    if ! command -v rustup >/dev/null && ! command -v cargo >/dev/null \
        && command -v apt-cache >/dev/null && apt-cache policy rustup | grep -q 'Candidate: [^(]'; then
        need_packages rustup
    fi
    if command -v rustup >/dev/null; then
        rustup which cargo >/dev/null 2>&1 || { say "Fetching Rust $wanted"; rustup toolchain install >&2; } \
            || rustup toolchain install "$wanted" --profile minimal -c rustfmt -c clippy >&2 \
            || die "Rust $wanted could not be fetched; try: rustup toolchain install $wanted"
    elif ! command -v cargo >/dev/null; then
        die "Rust is missing. Install it from https://rustup.rs (or your system's rustup) and try again"
    elif [ "$(printf '%s\n' "$wanted" "$(cargo --version | cut -d' ' -f2)" | sort -V | head -n1)" != "$wanted" ]; then
        die "$(cargo --version) is too old: Rust $wanted or newer is needed, for example from https://rustup.rs"
    fi
}

# What building needs; the rest of the native parts is in the crates.
BUILD_PACKAGES=(gcc libc6-dev ca-certificates)
# What a window on X11 needs. They are loaded at run time, so no linker and no packaging tool finds them.
WINDOW_PACKAGES=(libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0)
