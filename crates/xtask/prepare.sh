# Read by ./run and ./test before cargo is called, because cargo itself needs a linker: installs the
# packages of packages.txt that are missing, and looks for Rust and Node.

stop() {
    printf '%s\n' "$@" >&2
    exit 1
}

missing=
if command -v dpkg-query >/dev/null; then
    for package in $(sed 's/#.*//' packages.txt); do
        case $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) in
            installed) ;;
            *) missing="$missing $package" ;;
        esac
    done
else
    echo "This is no Debian: whether all of packages.txt is there was not looked at."
fi
if [ -n "$missing" ]; then
    install="apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends$missing"
    if [ "$(id -u)" = 0 ]; then
        as_root=env
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root="sudo env"
    else
        stop "Some packages are missing. As root:" "  apt-get update && $install"
    fi
    echo "── packages:$missing"
    $as_root DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update
    $as_root DEBIAN_FRONTEND=noninteractive $install
fi

# at_least NAME WANTED FOUND: stops where the version found is older, or there is none.
at_least() {
    oldest=$(printf '%s\n%s\n' "$2" "$3" | sort -V | head -n 1)
    [ -n "$3" ] && [ "$oldest" = "$2" ] ||
        stop "$1 $2 or newer is needed; found: ${3:-none}." "$4"
}

PATH=$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin
export PATH
at_least Rust 1.95 "$(rustc --version 2>/dev/null | cut -d ' ' -f 2)" "See https://rustup.rs."
at_least Node 20 "$(node --version 2>/dev/null | tr -d v)" "See https://nodejs.org."
command -v npm >/dev/null || stop "npm is missing; it comes with Node."
