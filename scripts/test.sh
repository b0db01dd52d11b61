#!/usr/bin/env bash
# All tests. Installs the second reader (Python duckdb and pyarrow) into .venv/ the first time.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! .venv/bin/python -c 'import duckdb, pyarrow' 2>/dev/null; then
  python3 -m venv .venv
  .venv/bin/pip install --quiet --requirement scripts/requirements.txt
fi
cargo test --lib --test it "$@"
