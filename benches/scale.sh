#!/usr/bin/env bash
# How the cost of `bidui run` grows with the number of people: see benches/README.md.
#
#   benches/scale.sh [--keep] [--next] [--repeat N] [--folder DIR] [--json FILE] [SIZE…] [-- ARGUMENT OF bidui run…]
#
# Sizes: 100k 1.6M 10M (the default), or any other number of people.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
binary="${BIDUI:-$root/target/release/bidui}"
if [[ -z "${BIDUI:-}" ]]; then
  cargo build --release --quiet --bin bidui --manifest-path "$root/Cargo.toml"
fi
exec python3 "$root/benches/scale.py" --binary "$binary" --pipeline "$root/pipelines/hebi" \
  --folder "$root/target/scale" "$@"
