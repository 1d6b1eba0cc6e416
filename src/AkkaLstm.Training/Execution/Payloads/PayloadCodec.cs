using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Protocol;

namespace AkkaLstm.Training.Execution.Payloads;

/// <summary>
/// What the bulk values of a job look like as runs of floats, for processes that share no memory. What is sent is a
/// view of the executors' buffers; what is received lies in buffers of the pools, in the form that executors use.
/// </summary>
/// <remarks>
/// Runs by kind: parameters: the slice's, and where it lies if it is all, the packed form. Gradient: the dense values of the slice, and where the slice holds rows of
/// the sparse tensor, the touched rows' indices (int bits) and the rows. Carry: the shard's. State: the slice's
/// parameters, then each moment.
/// </remarks>
internal sealed partial class PayloadCodec : IPayloadCodec
{
    /// <summary>Slices that a message can speak of; no job has more servers.</summary>
    private const int MaxSlices = 1024;

    /// <summary>Buffers for all parameters: two steps are kept, and those of a step come again for validation, from
    /// standbys that were asked as well, and after a loss.</summary>
    private const int MostParameters = 16;

    /// <summary>Gradients of a slice, for each shard: a step has up to twice as many subtrees, and two steps are kept.</summary>
    private const int MostGradientsPerShard = 8;

    /// <summary>Carries, for each shard: they come with the parameters.</summary>
    private const int MostCarriesPerShard = 2 * MostParameters;

    /// <summary>However few shards there are, many workers may compute the same ones.</summary>
    private const int MostOfFewShards = 64;

    private readonly JobContext _job;
    private readonly ReceivedPool<ReceivedParameters> _parameters;
    private readonly ReceivedPool<ReceivedGradient> _gradients;
    private readonly ReceivedPool<ReceivedCarry>? _carries;
    private IReadOnlyList<ParameterSlice> _division = [];

    /// <summary>Makes a codec for the executors of one process.</summary>
    /// <param name="job">Their job.</param>
    /// <param name="keepsCarries">Whether received carries are kept as long as somebody wants them, as a coordinator's
    /// must be, where they wait to be written; otherwise their memory is used again two steps later.</param>
    public PayloadCodec(JobContext job, bool keepsCarries)
    {
        _job = job;
        int shards = job.Plan.Shards;
        int mostGradients = Math.Max(MostOfFewShards, MostGradientsPerShard * shards);
        int mostCarries = Math.Max(MostOfFewShards, MostCarriesPerShard * shards);
        _parameters = new(_ => new ReceivedParameters(job.Spec, job.Layout.TotalLength, job.Plan.Seed), MostParameters);
        _gradients = new(slice => new ReceivedGradient(job.Layout, slice), mostGradients);
        _carries = keepsCarries ? null : new(_ => new ReceivedCarry(job.ShardCarryLength), mostCarries);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The payload does not belong in that place.</exception>
    public IReadOnlyList<ReadOnlyMemory<float>> ValuesOf(Payload payload, PayloadPlace place)
    {
        if (!TryFindSlice(place.Slice, out ParameterSlice slice))
            throw new ArgumentException($"there is no {place.Slice}", nameof(place));
        return (place.Kind, payload) switch
        {
            (PayloadKind.Parameters, ParameterPayload parameters) when parameters.Slice == slice =>
                [parameters.ValuesOf(place.Fence.Step)],
            (PayloadKind.Gradient, GradientPayload gradient) => RunsOf(gradient, slice),
            (PayloadKind.Carry, CarryPayload carry) => [carry.Values],
            (PayloadKind.State, SliceStatePayload state) when state.Parameters.Length == slice.Length =>
                [state.Parameters, .. state.Moments.Select(moment => new ReadOnlyMemory<float>(moment))],
            (PayloadKind.State, SnapshotPayload snapshot) when snapshot.Slice == slice =>
            [
                snapshot.State.Parameters.AsMemory(slice.Start, slice.Length),
                .. snapshot.State.Moments.Select(moment => new ReadOnlyMemory<float>(moment, slice.Start, slice.Length)),
            ],
            _ => throw new ArgumentException(
                $"a {payload.GetType().Name} is not the {place.Kind} of {place.Slice}", nameof(payload)),
        };
    }

    /// <inheritdoc/>
    /// <remarks>All parameters packed for the kernels: so a machine's workers do not pack them each for itself.</remarks>
    public ReadOnlyMemory<float> PreparedOf(Payload payload, PayloadPlace place) =>
        payload is ParameterPayload parameters && parameters.Slice == _job.Layout.Whole
            ? parameters.Owner.Packed(place.Fence.Step).Packed
            : default;

    /// <inheritdoc/>
    public PayloadIntake Expect(PayloadPlace place) => place.Kind switch
    {
        PayloadKind.Parameters => new ParametersIntake(this, place),
        PayloadKind.Gradient => new GradientIntake(this, place),
        PayloadKind.Carry => new CarryIntake(this, place),
        _ => new StateIntake(this, place),
    };

    /// <summary>Rows of the sparse tensor in a slice; slices have whole rows.</summary>
    private static int RowCountOf(ParameterLayout layout, ParameterSlice slice) =>
        layout.SparseRowWidth == 0
            ? 0
            : Math.Max(0, Math.Min(slice.End, layout.DenseStart) - slice.Start) / layout.SparseRowWidth;

    private static ReadOnlyMemory<float>[] RunsOf(GradientPayload payload, ParameterSlice slice)
    {
        Gradient gradient = payload.Gradient;
        if (slice.Start < gradient.Slice.Start || slice.End > gradient.Slice.End)
            throw new ArgumentException($"The gradient of slice {gradient.Slice.Index} does not hold slice {slice.Index}.");
        int start = Math.Max(slice.Start, gradient.Layout.DenseStart);
        int length = Math.Max(0, slice.End - start);
        Memory<float> dense = length == 0 ? Memory<float>.Empty : gradient.Dense.Slice(start - gradient.DenseStart, length);
        int rowCount = RowCountOf(gradient.Layout, slice);
        if (rowCount == 0) return [dense];
        SparseRows rows = gradient.Rows;
        int firstRow = slice.Start / rows.Width;
        int first = rows.LowerBound(firstRow);
        int count = rows.LowerBound(firstRow + rowCount) - first;
        return [dense, payload.RowBits().Slice(first, count), rows.Values.AsMemory(first * rows.Width, count * rows.Width)];
    }

    /// <summary>Where a slice lies. The division is kept, because all messages of a generation have the same.</summary>
    private bool TryFindSlice(SliceId id, out ParameterSlice slice)
    {
        slice = default;
        if (id.Count is < 1 or > MaxSlices || id.Index < 0 || id.Index >= id.Count) return false;
        IReadOnlyList<ParameterSlice> division = Volatile.Read(ref _division);
        if (division.Count != id.Count)
        {
            division = _job.Layout.Split(id.Count);
            Volatile.Write(ref _division, division);
        }

        slice = division[id.Index];
        return true;
    }
}
