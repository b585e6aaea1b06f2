#!/bin/sh
# Nottingham: trains one network and evaluates it on the test pieces.
#   sh benchmarks/nottingham.sh path/to/nottingham.json.gz
# The run goes into the current folder. `deep-jammer` must be on the PATH
# (cargo install --path .).
set -eu
deep-jammer train "$1" --run nottingham-1 --config "$(dirname "$0")/nottingham.toml" --seed 1
deep-jammer evaluate "$1" --test --model nottingham-1
