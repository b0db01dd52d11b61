#!/usr/bin/env bash
# Tries to compute ID numbers from what a publication shows (docs/adr/0015-keyed-identities.md): invents PERSONS (100,000),
# publishes a quarter of them, and tries all numbers of DATES (200) birth dates with the four commonest prefixes. Must
# learn none, and some once it has the secret.
set -euo pipefail
cd "$(dirname "$0")/.."
persons=${PERSONS:-100000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
umask 077
printf 'a secret of 32 bytes, for tests.' > "$folder/test.identity.key"
printf 'an invented key of 32 bytes long' > "$folder/test.key"
cargo run --release -- synth pipelines/hebi --persons "$persons" --out "$folder/data" --quiet
cargo run --release -- run pipelines/hebi --quarter 2018Q3 --data "$folder/data/2018Q3" --out "$folder/out" \
  --key-file "$folder/test.key" --quiet
BIDUI_ATTACK="$folder/out/2018Q3/latest" BIDUI_ATTACK_DATES="${DATES:-200}" \
  cargo test --release --test it keys::attack::campaign -- --ignored --nocapture
