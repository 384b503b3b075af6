#!/bin/sh
# Installs what the end-to-end test in the real VS Code needs, and builds the extension: run it as often as you like.
#   setup.sh           install what is missing (system packages only as root or with a sudo that asks nothing)
#   setup.sh --check   install nothing
# Exit 0: everything is there, and stdout is the browser's path. Exit 77: the last line on stderr says
# what is missing. The browser build of VS Code is an npm package without its compiled parts: none of those is needed, so
# neither is a compiler.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
extension=$(CDPATH='' cd -- "$here/../../../vscode-extension" && pwd)
check=${1:-}

missing() {
    echo "the VS Code test needs $1" >&2
    exit 77
}

# npm ci in a folder, when its lock file is another one than that of the last time.
install_packages() {
    stamp=$1/node_modules/.isolint-lock
    if [ -e "$stamp" ] && cmp -s "$stamp" "$1/package-lock.json"; then return; fi
    [ "$check" != --check ] || missing "npm packages: run tests/editors/vscode/setup.sh"
    (cd "$1" && npm ci --ignore-scripts --no-progress --loglevel=error >&2) || missing "the npm packages of $1, and npm ci failed"
    if [ "$1" = "$here" ]; then
        # Not `npm ci`: the list that comes with this build does not match its own package.json.
        (cd "$1/node_modules/code-server/lib/vscode" && npm install --omit=dev --ignore-scripts --no-progress --loglevel=error >&2) ||
            missing "the npm packages of code-server, and npm install failed"
    fi
    cp "$1/package-lock.json" "$stamp"
}

find_chromium() {
    for name in "${ISOLINT_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        if [ -n "$name" ] && command -v "$name"; then return 0; fi
    done
    return 1
}

install_chromium() {
    if find_chromium >/dev/null; then return; fi
    [ "$check" != --check ] || missing "chromium: install it, or run tests/editors/vscode/setup.sh as root"
    command -v apt-get >/dev/null || missing "chromium, and there is no apt-get to install it"
    if [ "$(id -u)" = 0 ]; then as_root=''; elif sudo -n true 2>/dev/null; then as_root='sudo -n'; else
        missing "chromium: install it, or run tests/editors/vscode/setup.sh as root"
    fi
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq >&2 || true
    $as_root apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core >&2 ||
        missing "chromium, and apt-get could not install it"
}

[ "$(uname -s) $(uname -m)" = 'Linux x86_64' ] || missing "Linux on x86_64"
command -v npm >/dev/null || missing "npm (with Node 20 or newer)"
install_chromium
install_packages "$here"
install_packages "$extension"
# Its chatter is shown only when it fails.
said=$(cd "$extension" && npm run --silent package 2>&1) || { echo "$said" >&2; missing "an extension that builds"; }
find_chromium
