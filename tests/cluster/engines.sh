#!/usr/bin/env bash
# What an engine costs: steps of one job on each of them, in turn, with the same workers and servers. A model of 64 units
# shows what a step costs besides mathematics, one of 650 what values on their way cost. Prints milliseconds a step.
#   tests/cluster/engines.sh [rounds] [steps of the large model]
# Build first: dotnet build src/AkkaLstm.Cli -c Release -p:WithAkka=true
set -eu
cd "$(dirname "$0")/../.."
rounds=${1:-3}
steps=${2:-15}
program="dotnet ${PROGRAM:-src/AkkaLstm.Cli/bin/Release/net10.0/akkalstm.dll}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -f tests/cluster/text.awk >"$work/text.txt"

milliseconds() { # engine, hidden, layers, steps: from the result's targets per second, which counts steps only
  rm -rf "$work/run"
  $program train --task char-lm --data "$work/text.txt" --hidden "$2" --layers "$3" --embedding "$2" --batch 20 --window 35 \
    --shards 4 --optimizer sgd --lr 0.1 --steps "$4" --epochs 1000 --valid-fraction 0 --test-fraction 0 \
    --engine "$1" --workers 2 --servers 1 --min-workers 2 --out "$work/run" --json --quiet |
    sed -nE 's/.*"targetsPerSecond": *([0-9.]+).*/\1/p' | awk '{printf "%.1f ", 20 * 35 / $1 * 1000}'
}

echo "round | 64 units: inprocess sockets akka | 650 units, 2 layers: inprocess sockets akka   (ms a step; 2 workers, 1 server)"
for round in $(seq "$rounds"); do
  echo "$round | $(for e in inprocess sockets akka; do milliseconds $e 64 1 500; done)| $(
    for e in inprocess sockets akka; do milliseconds $e 650 2 "$steps"; done)"
done
