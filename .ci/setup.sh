# Shared by ./run and ./test (sourced, not run): makes ready what they need, says each thing it does in one line.
# Environment: CERCANA_DATABASE_URL (then no PostgreSQL is looked for), CERCANA_PGBIN, PYENV_ROOT.

UV_MINIMUM="0.8.0"
TOOLS=".cercana/tools"

# uv brings its own list of certificate authorities; behind a company's proxy only the machine's list is right.
[ -s /etc/ssl/certs/ca-certificates.crt ] && export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"

say() { printf -- '- %s\n' "$*" >&2; }

# What only the person can do ends the script with 2, so that it differs from a failure (1).
ask_for() {
    printf '\n%s\nRun this, then start again:\n\n    %s\n\n' "$1" "$2" >&2
    exit 2
}

may_be_root() { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt_updated=""
# install_packages WHY NAME...: from the distribution, or the command to type when that is not possible.
install_packages() {
    local why="$1"
    shift
    if ! command -v apt-get >/dev/null 2>&1; then
        ask_for "$why is missing, and this machine has no apt-get." "${MAC_COMMAND:-install $* with your package manager}"
    fi
    may_be_root || ask_for "$why is missing, and installing it needs root." "su -c 'apt-get install -y $*'"
    if [ -z "$apt_updated" ]; then
        say "Updating the list of packages"
        as_root apt-get update -qq >/dev/null || say "The list could not be updated: going on with the old one"
        apt_updated=yes
    fi
    say "Installing $why from the distribution: $*"
    local log
    log="$(mktemp)"
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Options::=--force-confold "$@" >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        ask_for "$why could not be installed." "sudo apt-get install $*"
    fi
    rm -f "$log"
}

# A Python of 3.12 or newer: pyenv's shims exist for versions that are not selected, so each is really run.
python_fits() { "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 12))' >/dev/null 2>&1; }

find_python() {
    local candidate
    for candidate in .venv/bin/python python3.13 python3.12 python3.14 python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.13*/bin/python3 "$HOME"/.pyenv/versions/3.13*/bin/python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[24]*/bin/python3 "$HOME"/.pyenv/versions/3.1[24]*/bin/python3 \
        /usr/bin/python3.1[2-9] /usr/local/bin/python3.1[2-9]; do
        if command -v "$candidate" >/dev/null 2>&1 && python_fits "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
}

uv_fits() {
    local version
    version="$("$1" --version 2>/dev/null | awk '{print $2}')"
    [ -n "$version" ] && [ "$(printf '%s\n%s\n' "$UV_MINIMUM" "$version" | sort -V | head -n 1)" = "$UV_MINIMUM" ]
}

find_uv() {
    local candidate
    for candidate in uv "$TOOLS/bin/uv" "$HOME/.local/bin/uv"; do
        if command -v "$candidate" >/dev/null 2>&1 && uv_fits "$candidate"; then
            UV="$(command -v "$candidate")"
            return
        fi
    done
    install_uv
    UV="$TOOLS/bin/uv"
}

# install_uv: into a folder of this checkout, by pip, so it comes from wherever pip is set up to fetch from.
install_uv() {
    local maker="${PYTHON:-python3}"
    command -v "$maker" >/dev/null 2>&1 || install_packages "Python" python3 python3-venv
    if ! "$maker" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        install_packages "Python's venv" python3-venv
        maker=/usr/bin/python3
    fi
    say "Installing uv into $TOOLS"
    rm -rf "$TOOLS"
    "$maker" -m venv "$TOOLS" || exit 1
    "$TOOLS/bin/python" -m pip install --quiet --disable-pip-version-check "uv>=$UV_MINIMUM" || exit 1
}

# sync_packages OPTION...: the locked packages into .venv; what is there already is kept.
sync_packages() {
    unset VIRTUAL_ENV
    PYTHON="$(find_python)"
    find_uv
    if [ -z "$PYTHON" ]; then
        say "No Python 3.12 or newer is installed: uv fetches one"
        PYTHON="3.13"
    fi
    [ -x .venv/bin/python ] || say "Installing the Python packages of uv.lock into .venv (Python: $PYTHON)"
    "$UV" sync --quiet --locked --python "$PYTHON" "$@" || exit 1
}

has_postgis() {
    .venv/bin/python -c '
from directory.cluster_binaries import find_binaries
from directory.errors import ClusterError
from directory.settings import Settings
try:
    find_binaries(Settings().pgbin)
except ClusterError as error:
    raise SystemExit(str(error))
' "$@"
}

need_postgis() {
    [ -n "${CERCANA_DATABASE_URL:-}" ] && return
    has_postgis 2>/dev/null && return
    [ -n "${CERCANA_PGBIN:-}" ] && { has_postgis; exit 2; }
    keep_from_starting_a_cluster
    MAC_COMMAND="brew install postgresql@17 postgis" install_packages "PostgreSQL with PostGIS" $(postgis_packages)
    has_postgis || exit 1
}

# Debian and Ubuntu have a metapackage; where it is absent the newest versioned package does.
postgis_packages() {
    local name=postgresql-postgis
    if command -v apt-cache >/dev/null 2>&1 && [ -n "$(apt-cache pkgnames postgresql)" ] &&
        ! apt-cache show "$name" >/dev/null 2>&1; then
        name="$(apt-cache pkgnames postgresql- | grep -E '^postgresql-[0-9]+-postgis-3$' | sort -V | tail -n 1)"
    fi
    echo "${name:-postgresql-postgis}"
}

# The distribution's package starts a server of its own on port 5432, which nobody here needs. A person's own
# choice about that stays as it is.
keep_from_starting_a_cluster() {
    local folder=/etc/postgresql-common
    command -v apt-get >/dev/null 2>&1 && may_be_root || return 0
    command -v pg_createcluster >/dev/null 2>&1 && return 0
    grep -qsE '^ *create_main_cluster' "$folder/createcluster.conf" "$folder"/createcluster.d/* && return 0
    as_root mkdir -p "$folder/createcluster.d"
    echo "create_main_cluster = false" | as_root tee "$folder/createcluster.d/cercana.conf" >/dev/null
}

need_chromium() {
    local name
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && return
    done
    name=chromium
    # On Ubuntu chromium is a snap behind this package; it needs snapd running.
    grep -qs '^ID=ubuntu' /etc/os-release && name=chromium-browser
    MAC_COMMAND="brew install --cask chromium" install_packages "Chromium (for the browser tests)" "$name"
}
