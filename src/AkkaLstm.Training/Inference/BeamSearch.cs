using AkkaLstm.Models;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Numerics.Losses;

namespace AkkaLstm.Training.Inference;

// N beams, V tokens.

/// <summary>
/// Looks for the likeliest text of a given length: at every position the N likeliest beginnings are kept and continued by every token.
/// With N = 1 that is the likeliest token at every position; with N = V^(length - 1) the likeliest text of all.
/// </summary>
/// <remarks>Lowerre 1976, "The Harpy Speech Recognition System". Each beam is a lane with a carry of its own.</remarks>
internal sealed class BeamSearch
{
    private readonly ModelSpec _spec;
    private readonly SequenceModel _model;
    private readonly ModelWeights _weights;
    private readonly ModelWorkspace _workspace;
    private readonly SequenceBatch _batch;
    private readonly int _beams;
    private readonly float[] _outputs; // (N, V)
    private readonly float[] _logProbabilities; // (V)
    private float[] _carry; // (N, carry)
    private float[] _nextCarry;

    /// <summary>Loads a model.</summary>
    /// <param name="spec">Its shape.</param>
    /// <param name="parameters">All parameters in layout order.</param>
    /// <param name="beams">N.</param>
    public BeamSearch(ModelSpec spec, ReadOnlyMemory<float> parameters, int beams)
    {
        _spec = spec;
        _beams = beams;
        _model = new SequenceModel(spec);
        _weights = new ModelWeights(spec);
        _weights.Load(parameters);
        _workspace = new ModelWorkspace(spec, maxTimeSteps: 1, beams);
        _batch = new SequenceBatch(maxTimeSteps: 1, beams, inputSize: 0, targetSize: 0);
        _outputs = new float[checked(beams * spec.OutputSize)];
        _logProbabilities = new float[spec.OutputSize];
        _carry = new float[checked(beams * spec.CarryLength)];
        _nextCarry = new float[_carry.Length];
    }

    /// <summary>Searches.</summary>
    /// <param name="prompt">Tokens that the model reads first; not empty.</param>
    /// <param name="length">Tokens of the text.</param>
    /// <param name="stop">Ends early with the likeliest beginning so far.</param>
    /// <returns>The text, and the log of its probability after the prompt, in nats.</returns>
    public (IReadOnlyList<int> Tokens, double LogProbability) Run(
        IReadOnlyList<int> prompt, int length, CancellationToken stop = default)
    {
        Array.Clear(_carry);
        foreach (int token in prompt) Read([token]);
        var steps = new List<Candidate[]>();
        double[] scores = [0];
        while (steps.Count < length && !stop.IsCancellationRequested)
        {
            Candidate[] kept = Extend(scores);
            steps.Add(kept);
            scores = [.. kept.Select(candidate => candidate.Score)];
            if (steps.Count == length) break;
            Continue(kept);
        }

        return (Trace(steps), scores[0]);
    }

    /// <summary>The likeliest continuations of the beams by one token, the likeliest first.</summary>
    private Candidate[] Extend(double[] scores)
    {
        var best = new SortedSet<Candidate>(Candidate.Order);
        for (int beam = 0; beam < scores.Length; beam++)
        {
            Softmax.LogProbabilities(_outputs.AsSpan(beam * _spec.OutputSize, _spec.OutputSize), temperature: 1, _logProbabilities);
            for (int token = 0; token < _logProbabilities.Length; token++)
            {
                var candidate = new Candidate(beam, token, scores[beam] + _logProbabilities[token]);
                if (best.Count == _beams && Candidate.Order.Compare(candidate, best.Max) > 0) continue;
                best.Add(candidate);
                if (best.Count > _beams) best.Remove(best.Max);
            }
        }

        return [.. best];
    }

    /// <summary>Lets every candidate take its parent's state and read its token.</summary>
    private void Continue(Candidate[] kept)
    {
        int stride = _spec.CarryLength;
        for (int beam = 0; beam < kept.Length; beam++)
            _carry.AsSpan(kept[beam].Parent * stride, stride).CopyTo(_nextCarry.AsSpan(beam * stride));
        (_carry, _nextCarry) = (_nextCarry, _carry);
        Read([.. kept.Select(candidate => candidate.Token)]);
    }

    private void Read(int[] tokens)
    {
        _batch.Reshape(1, firstLane: 0, tokens.Length);
        tokens.CopyTo(_batch.Tokens, 0);
        Span<float> carry = _carry.AsSpan(0, tokens.Length * _spec.CarryLength);
        _model.Predict(_weights, _batch, carry, carry, _workspace, _outputs.AsSpan(0, tokens.Length * _spec.OutputSize));
    }

    /// <summary>The tokens that lead to the first beam of the last step.</summary>
    private static int[] Trace(List<Candidate[]> steps)
    {
        var tokens = new int[steps.Count];
        int beam = 0;
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            tokens[i] = steps[i][beam].Token;
            beam = steps[i][beam].Parent;
        }

        return tokens;
    }

    /// <summary>A beginning that goes on by a token.</summary>
    private readonly record struct Candidate(int Parent, int Token, double Score)
    {
        /// <summary>The likelier first; of equal ones the lower parent, then the lower token.</summary>
        public static readonly Comparer<Candidate> Order = Comparer<Candidate>.Create((a, b) =>
            b.Score.CompareTo(a.Score) is var byScore and not 0 ? byScore
            : a.Parent.CompareTo(b.Parent) is var byParent and not 0 ? byParent
            : a.Token.CompareTo(b.Token));
    }
}
