#!/usr/bin/env bash
# A small share of every campaign of docs/trust.md, for CI: a handful of trials each: on two
# cores in use about a minute with a release build, two to three with a development build.
#
#     scripts/campaigns/small.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/../.."
campaign() {
  echo "-- $1"
  "${python:-python3}" "scripts/campaigns/$1.py" "$program" "${@:2}" --select R0,R1
}
python=.venv/bin/python campaign reads 60 --persons 120
campaign damaged 3 --persons 120
campaign changed_inputs 2
campaign small_disks 3 --persons 120
campaign failing_threads 2
campaign kills 2 --persons 120
echo "-- masks_off"
python3 scripts/campaigns/masks_off.py --check
campaign triage_kills 3 --persons 120
campaign answer_kills 2 --persons 120
