#!/usr/bin/env bash
# What a step moves between machines: a coordinator and a server in one network namespace, two workers in another, and the
# bytes that the link between them counts, beside the prediction. Processes of one machine share memory only where both
# have one address, so that between namespaces everything travels as it does between machines. Needs root and iproute2.
#   tests/cluster/bytes.sh [steps]
# Build first: dotnet build src/AkkaLstm.Cli -c Release
set -eu
cd "$(dirname "$0")/../.."
steps=${1:-40}
work=$(mktemp -d)
left=akkalstm-left-$$ right=akkalstm-right-$$
pids=()
cleanup() {
  kill -9 "${pids[@]}" 2>/dev/null || true
  ip netns del "$left" 2>/dev/null || true
  ip netns del "$right" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
ip netns add "$left"
ip netns add "$right"
ip link add left netns "$left" type veth peer name right netns "$right"
ip -n "$left" addr add 10.77.0.1/24 dev left
ip -n "$right" addr add 10.77.0.2/24 dev right
for side in left right; do
  ip -n "${!side}" link set lo up
  ip -n "${!side}" link set "$side" up
done

node() { # namespace, cache, options...
  local namespace=$1 cache=$2
  shift 2
  ip netns exec "$namespace" dotnet src/AkkaLstm.Cli/bin/Release/net10.0/akkalstm.dll node --insecure --cache "$work/$cache" "$@" \
    >"$work/$cache.log" 2>&1 &
  pids+=($!)
}

moved() { ip netns exec "$left" cat /sys/class/net/left/statistics/{rx,tx}_bytes | paste -sd+ | bc; }

awk -f tests/cluster/text.awk >"$work/text.txt"
# (B,T,I,H,L) = (20,35,650,650,2); SGD as in overhead.sh. Two jobs, so that what is moved once drops out.
job() { # steps
  node "$left" coordinator --role coordinator --listen 10.77.0.1:7700 --workers 2 --min-workers 2 --servers 1 \
    --task char-lm --data "$work/text.txt" --hidden 650 --layers 2 --embedding 650 --batch 20 --window 35 --shards 4 \
    --optimizer sgd --lr 0.1 --steps "$1" --epochs 1000 --valid-fraction 0 --test-fraction 0 --out "$work/run-$1"
  local coordinator=$!
  node "$left" server --role server --join 10.77.0.1:7700 --listen 10.77.0.1:0
  node "$right" worker-a --role worker --join 10.77.0.1:7700
  node "$right" worker-b --role worker --join 10.77.0.1:7700
  timeout 300 tail --pid="$coordinator" -f /dev/null || { cat "$work"/*.log >&2; exit 1; }
  wait
}

begin=$(moved)
job 5
middle=$(moved)
job $((steps + 5))
end=$(moved)
parameters=$(sed -nE 's/.* ([0-9,]+) parameters.*/\1/p' "$work/coordinator.log" | tr -d , | head -n 1)
awk -v a="$begin" -v b="$middle" -v c="$end" -v n="$steps" -v p="$parameters" 'BEGIN {
  moved = ((c - b) - (b - a)) / n
  # Each worker takes all parameters and gives a gradient of all of them, 4 bytes each.
  printf "bytes a step between machines with 2 workers: %.1f MB, predicted %.1f MB\n", moved / 1e6, 2 * 2 * 4 * p / 1e6 }'
