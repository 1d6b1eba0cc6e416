using AkkaLstm.Models;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Cli.Bench;

/// <summary>
/// One training step on one thread: the parameters are packed as at the start of every step, then forward, loss
/// and backward over a window. The model is the shape's LSTM with a linear head of one output, squared error at
/// every time step.
/// </summary>
internal sealed class StepBenchmark
{
    private const ulong Seed = 1;
    private readonly SequenceModel _model;
    private readonly ModelWeights _weights;
    private readonly ModelWorkspace _workspace;
    private readonly Gradient _gradient;
    private readonly SequenceBatch _batch; // (T, B)
    private readonly float[] _parameters;
    private readonly float[] _carryIn; // (B, L, [h, c])
    private readonly float[] _carryOut;
    private readonly ShardLoss[] _losses = new ShardLoss[1];

    /// <summary>Makes model and data of a shape.</summary>
    public StepBenchmark(LstmShape shape, CellKind cell = CellKind.Lstm)
    {
        var spec = new ModelSpec
        {
            Input = InputKind.Values,
            InputSize = shape.I,
            Cell = cell,
            HiddenSize = shape.H,
            ProjectionSize = cell == CellKind.LstmProjected ? shape.H / 2 : 0,
            ModuleCount = cell == CellKind.Clockwork ? Math.Min(shape.H, 5) : 0,
            LayerCount = shape.L,
            OutputSize = 1,
            Loss = LossKind.SquaredError,
        };
        var random = new Random((int)Seed);
        _model = new SequenceModel(spec);
        Flops = 3.0 * 2 * shape.B * shape.T * Enumerable.Range(0, shape.L).Sum(layer => ProductWeights(_model.Layout.Layer(layer)));
        _weights = new ModelWeights(spec);
        _workspace = new ModelWorkspace(spec, shape.T, shape.B);
        _gradient = new Gradient(_model.Layout);
        double range = 1 / Math.Sqrt(shape.H);
        _parameters = [.. Enumerable.Range(0, _model.Layout.TotalLength).Select(
            _ => (float)(range * ((2 * random.NextDouble()) - 1)))];
        _carryIn = new float[shape.B * spec.CarryLength];
        _carryOut = new float[_carryIn.Length];
        _batch = new SequenceBatch(shape.T, shape.B, shape.I, targetSize: 1);
        _batch.Reshape(shape.T, 0, shape.B);
        for (int i = 0; i < _batch.Values.Length; i++)
            _batch.Values[i] = (float)((2 * random.NextDouble()) - 1);
        for (int i = 0; i < _batch.TargetValues.Length; i++)
            _batch.TargetValues[i] = (float)((2 * random.NextDouble()) - 1);
        Array.Fill(_batch.TargetMask, true);
        Array.Fill(_batch.ResetsCarry, true);
    }

    /// <summary>
    /// Floating-point operations of the layers' products, forward and backward: 3 x 2 x weights x B x T, which is
    /// <see cref="LstmShape.Flops"/> for an LSTM.
    /// </summary>
    public double Flops { get; }

    /// <summary>Runs the step once.</summary>
    public void Run()
    {
        _weights.Load(_parameters);
        _model.ForwardBackward(
            _weights, _batch, 1, new StepKey(Seed, 0), _carryIn, _carryOut, _workspace, _gradient, _losses);
    }

    private static long ProductWeights(LayerTensors tensors) =>
        (long)tensors.InputWeight.Length + tensors.HiddenWeight.Length + (tensors.Projection?.Length ?? 0)
        + (tensors.RecurringGates?.Length ?? 0);
}
