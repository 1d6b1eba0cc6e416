using AkkaLstm.Models.Cells;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Reference;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Tests.Cells;

/// <summary>One window of random numbers for one layer of a cell, run through the kernels or the twin.</summary>
internal sealed class CellCase
{
    public CellCase(CellKind kind, int timeSteps, int lanes, int inputSize, int hiddenSize, int seed = 1)
        : this(Spec(kind, inputSize, hiddenSize), timeSteps, lanes)
    {
        var random = new Random(seed);
        Input = Fill(random, timeSteps * lanes * inputSize, 1);
        Parameters = Fill(random, Layout.TotalLength, 1 / Math.Sqrt(hiddenSize));
        Carry = Fill(random, lanes * CarryLength, 1);
        DOutput = Fill(random, timeSteps * lanes * OutputSize, 1);
    }

    private CellCase(ModelSpec spec, int timeSteps, int lanes) =>
        (Layout, Cell, TimeSteps, Lanes) = (ParameterLayout.For(spec), RecurrentCell.Of(spec.Cell), timeSteps, lanes);

    public static IEnumerable<CellKind> AllKinds => Enum.GetValues<CellKind>();

    public ParameterLayout Layout { get; }

    public RecurrentCell Cell { get; }

    public RecurrentShape Shape => Layout.Spec.LayerShape(0);

    public int TimeSteps { get; }

    public int Lanes { get; }

    public int OutputSize => Shape.OutputSize;

    public int CarryLength => Shape.CarryLength(Cell);

    public float[] Input { get; private init; } = [];

    public float[] Parameters { get; private init; } = [];

    public float[] Carry { get; private init; } = [];

    public float[] DOutput { get; private init; } = [];

    /// <summary>The same weights with lanes [first, first + count) only.</summary>
    public CellCase Take(int first, int count) => new(Layout.Spec, TimeSteps, count)
    {
        Input = TakeLanes(Input, TimeSteps, Shape.InputSize, first, count),
        Parameters = Parameters,
        Carry = TakeLanes(Carry, 1, CarryLength, first, count),
        DOutput = TakeLanes(DOutput, TimeSteps, OutputSize, first, count),
    };

    public float[] TakeLanes(float[] rows, int steps, int columns, int first, int count)
    {
        var taken = new float[steps * count * columns];
        for (int step = 0; step < steps; step++)
            Array.Copy(rows, (step * Lanes + first) * columns, taken, step * count * columns, count * columns);
        return taken;
    }

    public CellResult Run(SimdPath path, int shardCount = 1) => new CellRun(this).Step(path, shardCount);

    /// <summary>The twin's outputs, carry and gradients.</summary>
    public (double[] Outputs, double[] CarryOut, double[] DInput, double[] DParameters) RunTwin()
    {
        var outputs = new double[TimeSteps * Lanes * OutputSize];
        var carryOut = new double[Lanes * CarryLength];
        var dInput = new double[Input.Length];
        var dParameters = new double[Parameters.Length];
        var layer = new ReferenceLayer(Layout, 0);
        for (int lane = 0; lane < Lanes; lane++)
        {
            var tape = new Tape(TestModels.ToDouble(Parameters), dParameters);
            Node[] inputs = [.. Enumerable.Range(0, TimeSteps).Select(t =>
                tape.Constant(TestModels.ToDouble(Input.AsSpan((t * Lanes + lane) * Shape.InputSize, Shape.InputSize))))];
            Span<double> carry = carryOut.AsSpan(lane * CarryLength, CarryLength);
            Node[] results = layer.Run(tape, inputs, TestModels.ToDouble(Carry.AsSpan(lane * CarryLength, CarryLength)), carry);
            for (int t = 0; t < TimeSteps; t++)
            {
                int row = t * Lanes + lane;
                results[t].Value.CopyTo(outputs, row * OutputSize);
                TestModels.ToDouble(DOutput.AsSpan(row * OutputSize, OutputSize)).CopyTo(results[t].Gradient, 0);
            }

            tape.Backward();
            for (int t = 0; t < TimeSteps; t++)
                inputs[t].Gradient.CopyTo(dInput, (t * Lanes + lane) * Shape.InputSize);
        }

        return (outputs, carryOut, dInput, dParameters);
    }

    private static ModelSpec Spec(CellKind kind, int inputSize, int hiddenSize) =>
        TestModels.OfCell(TestModels.Values(inputSize, hiddenSize, layers: 1, outputs: 1), kind);

    private static float[] Fill(Random random, int length, double scale)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)((random.NextDouble() * 2 - 1) * scale);
        return values;
    }
}

/// <summary>Everything that running a case takes, so that steps can be repeated without allocating.</summary>
internal sealed class CellRun(CellCase window)
{
    private readonly LayerTensors _tensors = window.Layout.Layer(0);
    private readonly RecurrentWeights _weights = new(window.Cell, window.Shape, hasInputGradient: true);
    private readonly RecurrentWorkspace _workspace = new(window.Cell, window.Shape, window.TimeSteps, window.Lanes);
    private readonly Activations _input = new(window.TimeSteps, window.Lanes, window.Shape.InputSize);
    private readonly Activations _dInput = new(window.TimeSteps, window.Lanes, window.Shape.InputSize);
    private readonly Activations _dOutput = new(window.TimeSteps, window.Lanes, window.OutputSize);
    private readonly Gradient _gradient = new(window.Layout);
    private readonly CellResult _result = new(window);

    public CellResult Step(SimdPath path, int shardCount)
    {
        _weights.Load(_tensors.Of(window.Parameters));
        _input.CopyFrom(window.Input);
        window.Cell.Forward(path, _weights, _input.View(), _workspace, window.Carry, _result.CarryOut, window.CarryLength);
        int size = window.OutputSize;
        for (int row = 0; row < window.TimeSteps * window.Lanes; row++)
        {
            int step = _workspace.FirstOutput + row / window.Lanes;
            _workspace.Hidden.ReadRow(step, row % window.Lanes, _result.Outputs.AsSpan(row * size, size));
        }

        _dOutput.CopyFrom(window.DOutput);
        Array.Fill(_gradient.Dense, float.NaN);
        window.Cell.Backward(path, _weights, _input.View(), _workspace, _dOutput, _dInput, shardCount, _tensors.Of(_gradient));
        _dInput.CopyTo(_result.DInput);
        _gradient.Dense.AsSpan(0, _result.DParameters.Length).CopyTo(_result.DParameters);
        return _result;
    }
}

/// <summary>What the kernels computed. Filled with NaN before, so that nothing unwritten goes unseen.</summary>
internal sealed class CellResult(CellCase window)
{
    public float[] Outputs { get; } = Unwritten(window.DOutput.Length);

    public float[] CarryOut { get; } = Unwritten(window.Carry.Length);

    public float[] DInput { get; } = Unwritten(window.Input.Length);

    /// <summary>Of the layer's tensors, in the layout's order.</summary>
    public float[] DParameters { get; } = Unwritten(window.Layout.HeadWeight.Offset);

    public IEnumerable<(string Name, float[] Values)> All =>
        [(nameof(Outputs), Outputs), (nameof(CarryOut), CarryOut), (nameof(DInput), DInput), (nameof(DParameters), DParameters)];

    private static float[] Unwritten(int length)
    {
        var values = new float[length];
        Array.Fill(values, float.NaN);
        return values;
    }
}
