#!/usr/bin/env bash
# A cluster of processes on the Akka engine: two candidates, two servers, three workers. Kills a worker every few seconds,
# then the coordinator, with SIGKILL, and compares the parameters' SHA-256 with those of one process.
#
#     dotnet build src/AkkaLstm.Cli -c Release -p:WithAkka=true
#     tests/AkkaLstm.Engines.Akka.Tests/processes.sh [calm|workers|coordinator] [plan options]
set -u
cd "$(dirname "$0")/../.."
mode=${1:-calm}
shift || true
plan=("$@")
dll=${PROGRAM:-$PWD/src/AkkaLstm.Cli/bin/Release/net10.0/akkalstm.dll}
out=$(mktemp -d)
declare -A pid
trap 'kill -9 "${pid[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$out"' EXIT
export AKKALSTM_SEEDS='["akka.tcp://akkalstm@127.0.0.1:4153", "akka.tcp://akkalstm@127.0.0.1:4154"]'
now() { date +%s%N; }
since() { echo "$((($(now) - $1) / 1000000)) ms"; }

start() { # name, role, options...
  local name=$1 role=$2
  shift 2
  dotnet "$dll" node --role "$role" --config "cluster-config/$role.conf" --cache "$out/cache-$name" "$@" \
    >"$out/$name.out" 2>"$out/$name.log" &
  pid[$name]=$!
}

candidate() { # name, port
  AKKALSTM_PORT=$2 start "$1" coordinator --out "$out/run" --servers 2 --workers 3 --min-workers 3 --checkpoint-every 50 "${plan[@]}"
}

lines() { cat "$out/run/metrics.jsonl" 2>/dev/null | wc -l; }
await_lines() { # more than so many
  for _ in $(seq 1 2400); do [ "$(lines)" -gt "$1" ] && return 0; sleep 0.05; done
  return 1
}

begin=$(now)
candidate c0 4153
sleep 0.3
candidate c1 4154
start s0 server; start s1 server
start w0 worker; start w1 worker; start w2 worker
await_lines 0 || { echo "no step was closed"; tail -n 3 "$out"/*.log; exit 1; }
echo "first start to first line of metrics: $(since "$begin")"

case $mode in
  workers)
    for k in 1 2 3 4 5; do
      victim=w$((k % 3))
      kill -9 "${pid[$victim]}" 2>/dev/null
      killed=$(now)
      before=$(lines)
      start "$victim" worker
      await_lines "$before" && echo "kill -9 of $victim, next line of metrics after $(since "$killed")"
      sleep 3
    done ;;
  coordinator)
    kill -9 "${pid[c0]}"
    killed=$(now)
    before=$(lines)
    await_lines "$before" && echo "kill -9 of the coordinator, next line of metrics after $(since "$killed")" ;;
esac

last=c0
[ "$mode" = coordinator ] && last=c1
wait "${pid[$last]}"
code=$?
echo "the coordinator ended with $code after $(since "$begin")"
[ $code -eq 0 ] || { tail -n 5 "$out"/c*.log; exit 1; }
hash_of() { dotnet "$dll" inspect "$1" --json | sed -nE 's/.*"parameterSha256": *"([0-9a-f]{64})".*/\1/p' | head -n 1; }
dotnet "$dll" train --quiet --out "$out/alone" "${plan[@]}" >/dev/null || exit 1
one=$(hash_of "$out/alone")
many=$(hash_of "$out/run")
echo "one process: $one"
echo "cluster:     $many"
[ -n "$one" ] && [ "$one" = "$many" ]
