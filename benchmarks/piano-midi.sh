#!/bin/sh
# Piano-midi.de: trains three networks and evaluates their ensemble on the test pieces. The first is
# trained on MuseData and Piano-midi.de, the second continues it on Piano-midi.de alone, and the third
# is trained on nothing but Piano-midi.de.
#   sh benchmarks/piano-midi.sh path/to/piano-midi-de.json.gz path/to/musedata.json.gz
# The runs go into the current folder. `deep-jammer` must be on the PATH
# (cargo install --path .).
set -eu
here=$(dirname "$0")
piano=$1
muse=$2
deep-jammer train "$muse" "$piano" --run both --config "$here/musedata-and-piano.toml" --seed 1
deep-jammer train "$piano" --run piano-1 --from both --config "$here/sounding.toml" \
    --dropout 0.4 --rate 0.001 --epochs 1000 --validate-every 200 --sample-every 0 --seed 1
deep-jammer train "$piano" --run piano-2 --config "$here/sounding.toml" --time 150,150 --note 100,50 \
    --dropout 0.4 --transpose 6 --epochs 4500 --validate-every 250 --sample-every 0 --seed 1
deep-jammer evaluate "$piano" --test --model both --model piano-1 --model piano-2
