#!/bin/sh
# JSB Chorales: trains seven networks and evaluates their ensemble on the test pieces.
#   sh benchmarks/jsb-chorales.sh path/to/jsb-chorales.json.gz
# The runs go into the current folder. `deep-jammer` must be on the PATH
# (cargo install --path .).
set -eu
here=$(dirname "$0")
set=$1
learn() {
    run=$1
    shift
    deep-jammer train "$set" --run "$run" --config "$here/jsb-chorales.toml" "$@"
}
for seed in 1 2 3 4; do
    learn "jsb-$seed" --seed "$seed"
done
learn jsb-5 --time 150,150 --note 100,50 --dropout 0.5 --epochs 2500
learn jsb-6 --dropout 0.5 --seed 2 --epochs 2500
learn jsb-7 --time 150,150 --note 100,50 --dropout 0.4 --seed 5 --epochs 1500
deep-jammer evaluate "$set" --test \
    --model jsb-1 --model jsb-2 --model jsb-3 --model jsb-4 --model jsb-5 --model jsb-6 \
    --model jsb-7
