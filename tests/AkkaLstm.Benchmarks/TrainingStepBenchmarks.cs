using AkkaLstm.Models;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics.Batches;
using BenchmarkDotNet.Attributes;

namespace AkkaLstm.Benchmarks;

/// <summary>Forward and backward of a small model over a window, beside the double-precision twin.</summary>
[MemoryDiagnoser]
public class TrainingStepBenchmarks
{
    private const int TimeSteps = 20; // T
    private const int Lanes = 16; // B
    private const int InputSize = 16; // I
    private const int HiddenSize = 64; // H
    private static readonly ModelSpec Spec = new()
    {
        Input = InputKind.Values,
        InputSize = InputSize,
        HiddenSize = HiddenSize,
        LayerCount = 1,
        OutputSize = 1,
        Loss = LossKind.SquaredError,
    };

    private readonly SequenceModel _model = new(Spec);
    private readonly ReferenceModel _reference = new(Spec);
    private readonly ModelWeights _weights = new(Spec);
    private readonly ModelWorkspace _workspace = new(Spec, TimeSteps, Lanes);
    private readonly SequenceBatch _batch = new(TimeSteps, Lanes, InputSize, targetSize: 1); // (T, B)
    private readonly float[] _carry = new float[Lanes * Spec.CarryLength]; // (B, L, [h, c], H)
    private readonly double[] _naiveCarry = new double[Lanes * Spec.CarryLength];
    private readonly float[] _carryOut = new float[Lanes * Spec.CarryLength];
    private readonly double[] _parameters; // double precision, for the twin
    private readonly float[] _packedParameters;
    private readonly Gradient _gradient;
    private readonly ShardLoss[] _losses = new ShardLoss[1];

    public TrainingStepBenchmarks()
    {
        _gradient = new Gradient(_model.Layout);
        _packedParameters = [.. Values.Uniform(_model.Layout.TotalLength).Select(value => 0.2f * (value - 0.5f))];
        _parameters = [.. _packedParameters.Select(value => (double)value)];
        _batch.Reshape(TimeSteps, 0, Lanes);
        Values.Uniform(_batch.Values.Length).CopyTo(_batch.Values, 0);
        Values.Uniform(_batch.TargetValues.Length).CopyTo(_batch.TargetValues, 0);
        Array.Fill(_batch.TargetMask, true);
    }

    [Benchmark(Baseline = true)]
    public ReferenceResult Naive() => _reference.ForwardBackward(_parameters, _batch, _naiveCarry);

    [Benchmark]
    public void Fast()
    {
        _weights.Load(_packedParameters);
        _model.ForwardBackward(_weights, _batch, 1, new StepKey(1, 0), _carry, _carryOut, _workspace, _gradient, _losses);
    }
}
