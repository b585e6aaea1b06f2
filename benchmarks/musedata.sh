#!/bin/sh
# MuseData: a network that learns from Piano-midi.de as well, and what it says of the test pieces.
#   sh benchmarks/musedata.sh path/to/musedata.json.gz path/to/piano-midi-de.json.gz
# The run is made in the folder in which this is started. `deep-jammer` must be on the PATH
# (cargo install --path .).
set -eu
deep-jammer train "$1" "$2" --run both --config "$(dirname "$0")/musedata-and-piano.toml" --seed 1
deep-jammer evaluate "$1" --test --model both
