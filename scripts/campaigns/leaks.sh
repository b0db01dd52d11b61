#!/usr/bin/env bash
# Searches all that a publication shows, and all that commands say of it, for the numbers of the persons in it (docs/masking.md):
# invents PERSONS (100,000), writes their numbers in the 26 ways of tests/it/leaks.rs into every column of every 40th row, runs,
# checks, profiles, explains, and searches. Must find none, but many in restricted/. A release build, unless PROFILE=debug.
#
#     [PERSONS=2000] [PROFILE=debug] scripts/campaigns/leaks.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
persons=${PERSONS:-100000}
build=(--release)
if [[ ${PROFILE:-release} == debug ]]; then build=(); fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
umask 077
printf 'a secret of 32 bytes, for tests.' > "$folder/test.identity.key"
printf 'an invented key of 32 bytes long' > "$folder/test.key"
program() { cargo run --quiet "${build[@]}" -- "$@"; }
search() { cargo test --quiet "${build[@]}" --test it "leaks::$1" -- --exact --ignored --nocapture; }
program synth pipelines/hebi --persons "$persons" --layout csv --out "$folder/synth" --quiet
mkdir "$folder/data" "$folder/said"
export BIDUI_LEAKS_LISTS="$folder/synth/2018Q3" BIDUI_LEAKS_SPOILT="$folder/data" BIDUI_LEAKS_SAID="$folder/said"
search campaign_lists
said=0
say() { said=$((said + 1)); program "$@" > "$folder/said/$said.out" 2> "$folder/said/$said.err"; }
say run pipelines/hebi --quarter 2018Q3 --data "$folder/data" --out "$folder/out" --key-file "$folder/test.key" --allow-partial
say check pipelines/hebi --data "$folder/data" || true
for list in "$folder"/data/*.csv; do
  say profile "$list"
  say profile "$list" --format json
done
# 疑点编号 as lists show them.
numbers=$(grep -rhoE '[RQ][0-9]+[a-z]?-2018Q3-[0-9A-Z]{8}' --include='*.csv' "$folder/out/2018Q3/latest/lists" | sort -u |
  awk 'NR % 50 == 1' | head -n 20)
for number in $numbers; do
  say explain "$number" --publication "$folder/out/2018Q3"
  say explain "$number" --publication "$folder/out/2018Q3" --format json
done
echo "$said commands said something"
BIDUI_LEAKS="$folder/out/2018Q3/latest" search campaign
