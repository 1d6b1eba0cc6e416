#!/usr/bin/env bash
# What processes cost: steps of one job in one process, in processes with one and with two workers, of two such jobs that
# run at the same time and have nothing to do with each other, and of PyTorch's DistributedDataParallel over gloo with one
# and two processes, in turn. Prints milliseconds a step and ratios. What the two jobs do not reach, no two workers can:
# cores that share caches, memory and whatever else runs on the host are slower when both compute.
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
awk -f tests/cluster/text.awk >"$work/text.txt"
# (B,T,I,H,L) = (20,35,650,650,2); SGD as the peer has none.
plan=(--task char-lm --data "$work/text.txt" --hidden 650 --layers 2 --embedding 650 --batch 20 --window 35 --shards 4
  --optimizer sgd --lr 0.1 --steps "$steps" --epochs 1000 --valid-fraction 0 --test-fraction 0)

# run directory, engine, workers, servers
train() {
  rm -rf "$work/$1"
  $program train "${plan[@]}" --engine "$2" --workers "$3" --servers "$4" --out "$work/$1" --json --quiet >/dev/null
}

# run directories: the median of the times of every tenth step but the first, in which programs are compiled.
median() {
  for run; do sed -nE 's/.*"stepMs":([0-9.]+).*/\1/p' "$work/$run/metrics.jsonl" | tail -n +2; done | sort -n |
    awk '{a[NR] = $1} END {printf "%.1f\n", NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2}'
}

milliseconds() { train run "$@" && median run; }

together() {
  train one inprocess 1 1 &
  train other inprocess 1 1
  wait
  median one other
}

peer() { # processes
  OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 "$python" tests/cluster/ddp_peer.py "$1" "$steps"
}

loopback() { awk '$1 == "lo:" {print $2}' /proc/net/dev; }

# Parameters and dense gradients are read where they lie; what is left are messages, touched embedding rows, carried state,
# and once the initial parameters and the last checkpoint.
before=$(loopback)
milliseconds sockets 2 1 >/dev/null
after=$(loopback)
awk -v b="$before" -v a="$after" -v n="$steps" 'BEGIN {
  printf "bytes a step on the loopback device with 2 workers: %.1f MB\n", (a - b) / n / 1e6 }'

echo "round  one-process-1  one-process-2  processes-1+1  processes-2+1  processes-2+2  two-jobs-at-once  ddp-1  ddp-2   (ms a step)"
for round in $(seq "$rounds"); do
  row="$(milliseconds inprocess 1 1) $(milliseconds inprocess 2 1) $(milliseconds sockets 1 1) $(milliseconds sockets 2 1) $(milliseconds sockets 2 2) $(together)"
  if [ -n "$python" ]; then row="$row $(peer 1) $(peer 2)"; else row="$row nan nan"; fi
  echo "$round $row" | tee -a "$work/rows"
done
awk '
  function median(a, n,  i, j, t) { for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (a[j] < a[i]) { t = a[i]; a[i] = a[j]; a[j] = t }
    return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2 }
  { two[NR] = $2 / $3; p1[NR] = $2 / $4; p2[NR] = $2 / $5; p22[NR] = $2 / $6; p21[NR] = $4 / $5
    limit[NR] = 2 * $2 / $7; share[NR] = $7 / 2 / $5; ddp[NR] = $8 / $9 }
  END {
    printf "speed beside one process: 2 workers in it %.2f; 1 worker process %.2f, 2 and a server %.2f, 2 and two servers %.2f\n",
      median(two, NR), median(p1, NR), median(p2, NR), median(p22, NR)
    printf "2 worker processes beside 1: %.2f; DDP 2 beside 1: %.2f\n", median(p21, NR), median(ddp, NR)
    printf "two jobs at once beside one: %.2f; 2 worker processes reach %.2f of that (medians)\n", median(limit, NR), median(share, NR) }' "$work/rows"
