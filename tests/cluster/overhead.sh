#!/usr/bin/env bash
# What processes cost: steps of one job in one process, in processes with one and with two workers, and of PyTorch's
# DistributedDataParallel over gloo with one and two processes, in turn. Prints milliseconds a step and ratios.
#   tests/cluster/overhead.sh [rounds] [steps]
# Build first: dotnet build src/AkkaLstm.Cli -c Release. Without python3-torch the peer is left out.
set -eu
cd "$(dirname "$0")/../.."
rounds=${1:-5}
steps=${2:-40}
python=
for candidate in python3 /usr/bin/python3; do
  if "$candidate" -c 'import torch' 2>/dev/null; then python=$candidate && break; fi
done
program="dotnet src/AkkaLstm.Cli/bin/Release/net10.0/akkalstm.dll"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat docs/*.md docs/*.md docs/*.md >"$work/text.txt"
# (B,T,I,H,L) = (20,35,650,650,2); SGD as the peer has none.
plan=(--task char-lm --data "$work/text.txt" --hidden 650 --layers 2 --embedding 650 --batch 20 --window 35 --shards 4
  --optimizer sgd --lr 0.1 --steps "$steps" --epochs 1000 --valid-fraction 0 --test-fraction 0)

milliseconds() { # engine, workers, servers: from the result's targets per second, which counts steps only
  rm -rf "$work/run"
  $program train "${plan[@]}" --engine "$1" --workers "$2" --servers "$3" --out "$work/run" --json --quiet |
    sed -nE 's/.*"targetsPerSecond": *([0-9.]+).*/\1/p' | awk '{printf "%.1f\n", 20 * 35 / $1 * 1000}'
}

peer() { # processes
  OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 "$python" tests/cluster/ddp_peer.py "$1" "$steps"
}

loopback() { awk '$1 == "lo:" {print $2}' /proc/net/dev; }

# Predicted: each worker pulls the parameters and pushes a gradient of every parameter (the embedding's touched rows are
# nearly all of them here).
before=$(loopback)
milliseconds sockets 2 1 >/dev/null
after=$(loopback)
parameters=$($program inspect "$work/run" --json | sed -nE 's/.*"parameterCount": *([0-9]+).*/\1/p' | head -n 1)
awk -v b="$before" -v a="$after" -v n="$steps" -v p="$parameters" 'BEGIN {
  printf "bytes a step on the loopback device with 2 workers: %.1f MB, predicted 2 x 2 x 4 x %d = %.1f MB\n",
    (a - b) / n / 1e6, p, 16 * p / 1e6 }'

echo "round  one-process-1  processes-1+1  processes-2+1  processes-2+2  ddp-1  ddp-2   (ms a step)"
for round in $(seq "$rounds"); do
  row="$(milliseconds inprocess 1 1) $(milliseconds sockets 1 1) $(milliseconds sockets 2 1) $(milliseconds sockets 2 2)"
  if [ -n "$python" ]; then row="$row $(peer 1) $(peer 2)"; else row="$row nan nan"; fi
  echo "$round $row" | tee -a "$work/rows"
done
awk '
  function median(a, n,  i, j, t) { for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (a[j] < a[i]) { t = a[i]; a[i] = a[j]; a[j] = t }
    return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2 }
  { one[NR] = $2; p1[NR] = $2 / $3; p2[NR] = $2 / $4; p22[NR] = $2 / $5; ddp[NR] = $6 / $7 }
  END { printf "speed beside one process: 1 worker process %.2f, 2 and a server %.2f, 2 and two servers %.2f; DDP 2 beside 1: %.2f (medians)\n",
    median(p1, NR), median(p2, NR), median(p22, NR), median(ddp, NR) }' "$work/rows"
