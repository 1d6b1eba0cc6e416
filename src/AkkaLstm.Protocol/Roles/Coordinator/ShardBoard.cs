using System.Diagnostics;

namespace AkkaLstm.Protocol.Roles;

/// <summary>
/// Who computes which shards of one round, and what has been reported. Answers are equal whoever gives them,
/// so the first one counts and nothing here can change a bit of the result.
/// </summary>
internal sealed class ShardBoard
{
    private readonly LossTotal[] _losses;
    private readonly bool[] _reported;

    // Invariant: pending and held ranges each have a shard that is not reported yet.
    private readonly List<ShardRange> _pending = [];
    private readonly SortedDictionary<int, List<ShardRange>> _held = [];
    private int _reportedCount;

    public ShardBoard(int shardCount)
    {
        _losses = new LossTotal[shardCount];
        _reported = new bool[shardCount];
    }

    public bool IsComplete => _reportedCount == _reported.Length;

    public int ShardCount => _reported.Length;

    public bool HasPending => _pending.Count > 0;

    /// <summary>Losses added in shard order.</summary>
    public LossTotal Total()
    {
        Debug.Assert(IsComplete, "a sum over some of the shards is no loss");
        LossTotal total = default;
        foreach (LossTotal loss in _losses)
            total = total.Plus(loss);
        return total;
    }

    public bool IsBusy(int worker) => _held.ContainsKey(worker);

    public IReadOnlyList<ShardRange> HeldBy(int worker) =>
        _held.TryGetValue(worker, out List<ShardRange>? ranges) ? ranges : [];

    /// <summary>
    /// Deals all shards out: each worker gets the contiguous share that is next, as few aligned subtrees as
    /// possible. With no workers everything is pending.
    /// </summary>
    /// <param name="workers">Indices of workers.</param>
    /// <param name="shares">Shards of each; they add up to all.</param>
    public void DealOut(IReadOnlyList<int> workers, IReadOnlyList<int> shares)
    {
        Debug.Assert(_held.Count == 0 && _pending.Count == 0 && _reportedCount == 0, "a board is dealt out once");
        Debug.Assert(workers.Count == 0 || shares.Sum() == _reported.Length, "every shard goes to somebody");
        if (workers.Count == 0)
            _pending.AddRange(ShardRange.Decompose(0, _reported.Length));
        int start = 0;
        for (int i = 0; i < workers.Count; i++)
        {
            if (shares[i] > 0)
                _held[workers[i]] = [.. ShardRange.Decompose(start, start + shares[i])];
            start += shares[i];
        }
    }

    /// <summary>
    /// Gives the pending ranges to workers that hold nothing, splitting ranges while there are fewer than
    /// workers.
    /// </summary>
    public IReadOnlyList<(int Worker, IReadOnlyList<ShardRange> Ranges)> DealPending(IReadOnlyList<int> freeWorkers)
    {
        if (_pending.Count == 0 || freeWorkers.Count == 0)
            return [];
        while (_pending.Count < freeWorkers.Count && SplitLargest())
        {
        }

        var dealt = new List<(int, IReadOnlyList<ShardRange>)>();
        for (int i = 0; i < freeWorkers.Count && i < _pending.Count; i++)
        {
            List<ShardRange> share = [];
            for (int p = i; p < _pending.Count; p += freeWorkers.Count)
                share.Add(_pending[p]);
            Debug.Assert(!IsBusy(freeWorkers[i]), "only free workers get more");
            _held[freeWorkers[i]] = share;
            dealt.Add((freeWorkers[i], share));
        }

        _pending.Clear();
        return dealt;
    }

    /// <summary>Takes an answer; false when all its shards had been reported before.</summary>
    public bool Report(ShardRange shards, IReadOnlyList<LossTotal> losses)
    {
        bool isNew = false;
        for (int i = 0; i < shards.Count; i++)
        {
            if (_reported[shards.Start + i])
                continue;
            isNew = true;
            _reported[shards.Start + i] = true;
            _losses[shards.Start + i] = losses[i];
            _reportedCount++;
        }

        if (isNew)
            ForgetReported();
        return isNew;
    }

    /// <summary>The worker will not answer: what it held is pending again.</summary>
    public void Release(int worker)
    {
        if (_held.Remove(worker, out List<ShardRange>? ranges))
            AddPending(ranges, worker);
    }

    /// <summary>The worker is slow: what it holds is pending as well, for somebody else.</summary>
    public void Duplicate(int worker) => AddPending(HeldBy(worker), worker);

    /// <summary>
    /// Reported subtrees are needed once more because their gradients got lost. Returns those that nobody was
    /// at work on anyway; of subtrees that overlap only the first.
    /// </summary>
    public IReadOnlyList<ShardRange> Reopen(IReadOnlyList<ShardRange> ranges)
    {
        List<ShardRange> lost = [];
        foreach (ShardRange range in ranges)
        {
            if (!ShardsOf(range).All(shard => _reported[shard]))
                continue;
            lost.Add(range);
            foreach (int shard in ShardsOf(range))
                _reported[shard] = false;
            _reportedCount -= range.Count;
        }

        _pending.AddRange(lost);
        return lost;
    }

    private static IEnumerable<int> ShardsOf(ShardRange range) => Enumerable.Range(range.Start, range.Count);

    private static bool AnyHas(List<ShardRange> ranges, int shard) =>
        ranges.Exists(range => range.Start <= shard && shard < range.End);

    // A range is left out when each of its open shards waits or is with another worker already.
    private void AddPending(IReadOnlyList<ShardRange> ranges, int exceptWorker)
    {
        foreach (ShardRange range in ranges)
        {
            bool isTakenCareOf = ShardsOf(range).All(shard =>
                _reported[shard]
                || AnyHas(_pending, shard)
                || _held.Any(held => held.Key != exceptWorker && AnyHas(held.Value, shard)));
            if (!isTakenCareOf)
                _pending.Add(range);
        }
    }

    private bool SplitLargest()
    {
        int largest = 0;
        for (int i = 1; i < _pending.Count; i++)
        {
            if (_pending[i].Count > _pending[largest].Count)
                largest = i;
        }

        if (_pending[largest].Count == 1)
            return false;
        (ShardRange left, ShardRange right) = _pending[largest].Split();
        _pending[largest] = left;
        _pending.Insert(largest + 1, right);
        return true;
    }

    private void ForgetReported()
    {
        bool IsReported(ShardRange range)
        {
            for (int shard = range.Start; shard < range.End; shard++)
            {
                if (!_reported[shard])
                    return false;
            }

            return true;
        }

        _pending.RemoveAll(IsReported);
        List<int>? idle = null;
        foreach ((int worker, List<ShardRange> ranges) in _held)
        {
            ranges.RemoveAll(IsReported);
            if (ranges.Count == 0)
                (idle ??= []).Add(worker);
        }

        foreach (int worker in idle ?? [])
            _held.Remove(worker);
    }
}
