# Shared by the scripts beside this file: finding a Python, making an environment, saying what is missing.
# Sourced, never run. It changes nothing outside the checkout except through `apt_get`.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
export PIP_DISABLE_PIP_VERSION_CHECK=1
# What installs packages and starts database servers lies here, and a root shell made with `su` does not have it.
export PATH="$PATH:/usr/sbin:/sbin"

# say TEXT: a headline on stderr, bold where that is a terminal.
say() {
  if [ -t 2 ]; then printf '\n\033[1m%s\033[0m\n' "$*" >&2; else printf '\n%s\n' "$*" >&2; fi
}

# missing WHAT DO: one line on what is not there and what to do about it, then the end.
missing() {
  printf 'missing: %s. %s\n' "$1" "$2" >&2
  exit 1
}

# The interpreter must run (a version manager's shim may not), be new enough, and be able to make environments.
usable() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# find_python [X.Y]: prints an interpreter of that version, or any that will do.
find_python() {
  local want=${1:-} candidate
  local -a candidates
  if [ -n "$want" ]; then
    candidates=("python$want" "$HOME"/.pyenv/versions/"$want".*/bin/python "/usr/bin/python$want" "/usr/local/bin/python$want" python3)
  else
    candidates=(${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 "$HOME"/.pyenv/versions/3.1[1-9].*/bin/python)
  fi
  for candidate in "${candidates[@]}"; do
    usable "$candidate" || continue
    if [ -z "$want" ] || [ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" = "$want" ]; then
      "$candidate" -c 'import sys; print(sys.executable)'
      return 0
    fi
  done
  return 1
}

# quietly COMMAND...: shows what the command said only when it failed.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || { tail -n 30 "$log" >&2; printf 'failed: %s\n' "$*" >&2; }
  rm -f "$log"
  return "$status"
}

# environment FOLDER PYTHON STAMP-FILES... -- PIP-ARGUMENTS...: makes the environment when it is missing and installs into
# it when one of the files changed since the last time.
environment() {
  local folder=$1 python=$2 stamp marker
  shift 2
  local -a files=()
  while [ "$1" != -- ]; do files+=("$1"); shift; done
  shift
  stamp=$(cat "${files[@]}" | cksum)
  marker=$folder/.isolint-$(printf '%s' "$*" | cksum | cut -d ' ' -f 1)
  if [ ! -x "$folder/bin/python" ]; then
    quietly "$python" -m venv "$folder" ||
      missing "a Python that can make environments" "Install python3-venv and python3-pip."
  fi
  if [ "$(cat "$marker" 2>/dev/null)" != "$stamp" ]; then
    quietly "$folder/bin/python" -m pip install --quiet "$@" ||
      missing "packages for $folder" "See pip's message above; a package index must be reachable."
    printf '%s' "$stamp" >"$marker"
  fi
}

# apt_get PACKAGES...: installs Debian packages as root or through sudo; fails where neither is possible.
apt_get() {
  local -a as=()
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || return 1
    as=(sudo -n)
  fi
  quietly "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q || true
  quietly "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}
