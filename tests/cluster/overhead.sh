#!/usr/bin/env bash
# What processes cost: one job in one process with one and with two workers, on two worker processes with a server, twice at
# the same time (two jobs that have nothing to do with each other), and PyTorch's DistributedDataParallel over gloo with one
# and two processes. All of them run in turns of a second or so, each stopped (SIGSTOP) while it is another one's turn: what
# else the host does comes and goes within seconds, and so it meets them all alike. Prints milliseconds a step and ratios.
#   tests/cluster/overhead.sh [repetitions] [turns of each]
# Build first: dotnet build src/AkkaLstm.Cli -c Release. Without python3-torch the peer is left out.
#
# What the two jobs do not reach, no two workers can: cores that share caches and memory are slower when both compute.
set -eu
cd "$(dirname "$0")/../.."
repetitions=${1:-2}
turns=${2:-50}
length=1.2 # seconds; a link counts a peer as gone that has been silent for 10
python=
for candidate in python3 /usr/bin/python3; do
  if "$candidate" -c 'import torch' 2>/dev/null; then python=$candidate && break; fi
done
work=$(mktemp -d)
declare -A groups # process groups of a job
cleanup() {
  for group in ${groups[*]}; do kill -9 -- "-$group" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT
awk -f tests/cluster/text.awk >"$work/text.txt"
# (B,T,I,H,L) = (20,35,650,650,2); SGD as the peer has none.
plan=(--task char-lm --data "$work/text.txt" --hidden 650 --layers 2 --embedding 650 --batch 20 --window 35 --shards 4
  --optimizer sgd --lr 0.1 --steps 1000000 --epochs 1000000 --valid-fraction 0 --test-fraction 0 --checkpoint-every 3600s
  --metrics-every 1)

# job, run, command...: begins a run of a job, in a process group of its own.
begin() {
  local job=$1 run=$2
  shift 2
  setsid "$@" >"$work/$run.steps" 2>"$work/$run.log" </dev/null &
  groups[$job]+=" $!"
  disown
}

train() { # job, run, engine, workers
  begin "$1" "$2" dotnet src/AkkaLstm.Cli/bin/Release/net10.0/akkalstm.dll \
    train "${plan[@]}" --engine "$3" --workers "$4" --servers 1 --out "$work/$2" --quiet
}

peer() { # job, processes
  OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 begin "$1" "$1" "$python" tests/cluster/ddp_peer.py "$2"
}

steps() { # run: how many it has made
  if [ -e "$work/$1/metrics.jsonl" ]; then
    sed -nE 's/.*"type":"step","step":([0-9]+).*/\1/p' "$work/$1/metrics.jsonl" | awk 'END { print $1 + 0 }'
  else
    wc -l <"$work/$1.steps"
  fi
}

loopback() { cat /sys/class/net/lo/statistics/tx_bytes; }

signal() { for group in ${groups[$2]}; do kill "-$1" -- "-$group"; done; }

warm() { # job, run: lets it run until programs are compiled
  for _ in $(seq 3000); do
    [ "$(steps "$2")" -lt 20 ] || { signal STOP "$1" && return; }
    sleep 0.1
  done
  echo "$1 has made no steps within five minutes" >&2
  cat "$work/$2.log" >&2
  exit 1
}

echo "repetition  one-process-1  one-process-2  processes-2+1  two-jobs-at-once  ddp-1  ddp-2   (ms a step)"
for repetition in $(seq "$repetitions"); do
  rm -rf "$work"/*/
  train one one inprocess 1 && warm one one
  train two two inprocess 2 && warm two two
  train both left inprocess 1 && train both right inprocess 1 && warm both right
  jobs=(one two processes both)
  if [ -n "$python" ]; then
    peer ddp-1 1 && warm ddp-1 ddp-1
    peer ddp-2 2 && warm ddp-2 ddp-2
    jobs+=(ddp-1 ddp-2)
  fi
  train processes processes sockets 2 && warm processes processes
  declare -A first=()
  bytes=0
  for run in one two processes left right ddp-1 ddp-2; do first[$run]=$(steps "$run" 2>/dev/null || echo 0); done
  for _ in $(seq "$turns"); do
    for job in "${jobs[@]}"; do
      before=$(loopback)
      signal CONT "$job"
      sleep "$length"
      signal STOP "$job"
      [ "$job" != processes ] || bytes=$((bytes + $(loopback) - before))
    done
  done
  made() { echo $(($(steps "$1" 2>/dev/null || echo 0) - first[$1])); }
  row=$(echo "$(made one) $(made two) $(made processes) $(($(made left) + $(made right))) $(made ddp-1) $(made ddp-2)" |
    awk -v ms="$turns" -v s="$length" '{ ms *= 1000 * s
      for (i = 1; i <= NF; i++) printf "%s ", ($i > 0 ? sprintf("%.1f", (i == 4 ? 2 : 1) * ms / $i) : "nan") }')
  echo "$repetition $row" | tee -a "$work/rows"
  awk -v b="$bytes" -v n="$(made processes)" -v r="$repetition" 'BEGIN {
    printf "%d  bytes a step on the loopback device with 2 worker processes: %.1f MB\n", r, b / n / 1e6 }'
  for job in "${!groups[@]}"; do signal KILL "$job"; done
  groups=()
done
awk '
  function ratio(name, above, below,  i) {
    printf "%s: %.2f (", name, sum[above] / sum[below]
    for (i = 1; i <= NR; i++) printf "%s%.2f", (i > 1 ? ", " : ""), value[i, above] / value[i, below]
    print ")" }
  { for (i = 2; i <= NF; i++) { value[NR, i] = $i; sum[i] += $i } }
  END {
    ratio("2 worker processes and a server beside one process", 2, 4)
    ratio("2 workers in one process beside one", 2, 3)
    sum[9] = 2 * sum[2]; for (i = 1; i <= NR; i++) value[i, 9] = 2 * value[i, 2]
    ratio("two jobs at once beside one", 9, 5)
    ratio("DDP over 2 processes beside 1", 6, 7)
    ratio("DDP over 2 processes takes, beside 2 worker processes", 7, 4) }' "$work/rows"
