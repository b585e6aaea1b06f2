#!/bin/sh
# MuseData: trains a network on MuseData and Piano-midi.de, and evaluates it on the test pieces.
#   sh benchmarks/musedata.sh path/to/musedata.json.gz path/to/piano-midi-de.json.gz
# The run goes into the current folder. `deep-jammer` must be on the PATH
# (cargo install --path .).
set -eu
deep-jammer train "$1" "$2" --run both --config "$(dirname "$0")/musedata-and-piano.toml" --seed 1
deep-jammer evaluate "$1" --test --model both
