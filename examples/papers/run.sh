#!/usr/bin/env bash
# Trains the papers' own tasks over several seeds and prints what came of them, see docs/RESULTS.md.
#
#   examples/papers/run.sh                      every task; jozefowicz only with TEXT=FILE
#   examples/papers/run.sh reber copy           some of them
#
# SEEDS=5 (default 10) seeds of each; OUT=DIR (default runs/papers) keeps a directory per run, and what is there
# is not trained again; AKKALSTM="..." another way to start the program; TRAIN="..." more options for all.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
seeds=${SEEDS:-10}
out=${OUT:-runs/papers}
program=${AKKALSTM:-dotnet run --project $here/../../src/AkkaLstm.Cli -c Release --}
row=0
mkdir -p "$out"

# figure FILE KEY: the first value of a key, which for metrics is the model's own.
figure() { sed -n "s/^ *\"$2\": \([^,]*\),\{0,1\}$/\1/p" "$1" | head -n 1; }

# task NAME JOB VARIANT [OPTIONS]: all seeds of one row.
task() {
    local name=$1 job=$2 variant=$3 seed file
    shift 3
    row=$((row + 1))
    for seed in $(seq "$seeds"); do
        file=$out/$name-${variant// /}-$seed
        if [ ! -s "$file.json" ]; then
            rm -rf "$file"
            # shellcheck disable=SC2086
            $program train "$here/$job.json" "$@" --seed "$seed" --out "$file" --json --quiet ${TRAIN:-} > "$file.part"
            mv "$file.part" "$file.json"
        fi
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$variant" "$(figure "$file.json" stoppedEarly)" \
            "$(figure "$file.json" steps)" "$(figure "$file.json" testLoss)" \
            "$(figure "$file.json" accuracy)" "$(figure "$file.json" sequenceAccuracy)" "$row"
    done
}

# solved BATCH TESTS: success, sequences until all answers were right (median, least, most), wrong ones of the test.
solved() {
    sort -s -t "$(printf '\t')" -k 8,8n -k 4,4n | awk -F '\t' -v batch="$1" -v tests="$2" '
        { key = $1 " | " $2; if (!(key in runs)) order[++count] = key; runs[key]++ }
        $3 == "true" { n = ++good[key]; needed[key, n] = $4 * batch; wrong[key] += (1 - $7) * tests }
        END {
            for (i = 1; i <= count; i++) {
                key = order[i]; n = good[key] + 0
                printf "| %s | %d of %d | ", key, n, runs[key]
                if (n == 0) { print "- | - |"; continue }
                middle = (needed[key, int((n + 1) / 2)] + needed[key, int(n / 2) + 1]) / 2
                printf "%d (%d to %d) | %.1f of %d |\n", middle, needed[key, 1], needed[key, n], wrong[key] / n, tests
            }
        }'
}

# spread COLUMN: mean and standard deviation over the seeds.
spread() {
    awk -F '\t' -v column="$1" '
        { key = $1 " | " $2; if (!(key in n)) order[++count] = key; n[key]++; sum[key] += $column; squares[key] += $column ^ 2 }
        END {
            for (i = 1; i <= count; i++) {
                key = order[i]; mean = sum[key] / n[key]
                variance = n[key] > 1 ? (squares[key] - n[key] * mean ^ 2) / (n[key] - 1) : 0
                printf "| %s | %.4f ± %.4f | %d |\n", key, mean, sqrt(variance > 0 ? variance : 0), n[key]
            }
        }'
}

success_head='| task | cell | solved | sequences needed: median (least to most) | wrong in the test |
|---|---|---|---|---|'
spread_head='| task | cell | mean ± standard deviation | seeds |
|---|---|---|---|'

reber() {
    echo "$success_head"
    {
        task reber reber 'lstm-1997' --cell lstm-1997
        task reber reber 'lstm' --cell lstm
        task reber reber 'rnn' --cell rnn
    } | solved 1 512
}

adding-100() {
    echo "$success_head"
    {
        task adding-100 adding-100 'lstm-1997, input bias -3' --cell lstm-1997 --input-bias -3
        task adding-100 adding-100 'lstm-1997' --cell lstm-1997
        task adding-100 adding-100 'lstm, forget bias 3, input bias -3' --cell lstm --forget-bias 3 --input-bias -3
        task adding-100 adding-100 'lstm' --cell lstm
        task adding-100 adding-100 'rnn' --cell rnn
    } | solved 20 2560
}

adding-400() {
    echo "$success_head"
    {
        task adding-400 adding-400 'lstm-1997, input bias -5' --cell lstm-1997 --input-bias -5
        task adding-400 adding-400 'lstm, forget bias 5, input bias -5' --cell lstm --forget-bias 5 --input-bias -5
    } | solved 20 2560
}

temporal-order() {
    echo "$success_head"
    {
        task temporal-order temporal-order 'lstm-1997' --cell lstm-1997
        task temporal-order temporal-order 'lstm, forget bias 3' --cell lstm --forget-bias 3
        task temporal-order temporal-order 'lstm' --cell lstm
        task temporal-order temporal-order 'rnn' --cell rnn
    } | solved 20 2560
}

copy() {
    echo "test loss, nats a step; 0.1733 without memory"
    echo "$spread_head"
    {
        task copy copy 'lstm-1997' --cell lstm-1997
        task copy copy 'lstm, forget bias 5' --cell lstm --forget-bias 5
        task copy copy 'rnn' --cell rnn
    } | spread 5
}

greff() {
    echo "share of the test's sequences that are right"
    echo "$spread_head"
    for cell in lstm-peephole lstm lstm-nig lstm-nfg lstm-nog lstm-niaf lstm-noaf lstm-cifg lstm-fgr; do
        task greff greff "$cell" --cell "$cell"
    done | spread 6
}

attention() {
    echo "$success_head"
    {
        task temporal-order temporal-order 'lstm, attention' --attention additive
        task adding-100 adding-100 'lstm, attention' --attention additive
        task adding-400 adding-400 'lstm, attention' --attention additive
    } | solved 20 2560
    echo
    echo "copy: test loss, nats a step; 0.1733 without memory"
    echo "$spread_head"
    task copy copy 'lstm, attention' --attention additive | spread 5
    echo
    echo "waves: share of the test's sequences that are right"
    echo "$spread_head"
    {
        task greff greff 'lstm' --cell lstm
        task greff greff 'lstm, attention' --attention additive
        task greff greff 'lstm, both ways' --direction both
        task greff greff 'lstm, both ways, attention' --direction both --attention additive
    } | spread 6
}

jozefowicz() {
    echo "test loss, nats a character"
    echo "$spread_head"
    {
        task jozefowicz jozefowicz 'lstm, forget bias 1' --data "$TEXT" --forget-bias 1
        task jozefowicz jozefowicz 'lstm, forget bias 0' --data "$TEXT" --forget-bias 0
        task jozefowicz jozefowicz 'lstm-1997, no forget gate' --data "$TEXT" --cell lstm-1997
        task jozefowicz jozefowicz 'gru' --data "$TEXT" --cell gru
    } | spread 5
}

if [ $# -eq 0 ]; then
    set -- reber adding-100 adding-400 temporal-order copy greff attention
    [ -z "${TEXT:-}" ] || set -- "$@" jozefowicz
fi
for name; do
    case $name in
        reber | adding-100 | adding-400 | temporal-order | copy | greff | attention | jozefowicz) "$name" ;;
        *) echo "$name: unknown; there are reber adding-100 adding-400 temporal-order copy greff attention jozefowicz" >&2; exit 2 ;;
    esac
    echo
done
