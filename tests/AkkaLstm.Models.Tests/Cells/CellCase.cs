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
        int depthLength = Cell.HasDepthState ? timeSteps * lanes * hiddenSize : 0;
        Below = Fill(random, depthLength, 1);
        DDepth = Fill(random, depthLength, 1);
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

    /// <summary>States of the layer below, (T, B, H), for a cell with depth.</summary>
    public float[] Below { get; private init; } = [];

    /// <summary>Gradient of the states for the layer above, (T, B, H), for a cell with depth.</summary>
    public float[] DDepth { get; private init; } = [];

    /// <summary>The same weights with lanes [first, first + count) only.</summary>
    public CellCase Take(int first, int count) => new(Layout.Spec, TimeSteps, count)
    {
        Input = TakeLanes(Input, TimeSteps, Shape.InputSize, first, count),
        Parameters = Parameters,
        Carry = TakeLanes(Carry, 1, CarryLength, first, count),
        DOutput = TakeLanes(DOutput, TimeSteps, OutputSize, first, count),
        Below = TakeDepth(Below, first, count),
        DDepth = TakeDepth(DDepth, first, count),
    };

    private float[] TakeDepth(float[] rows, int first, int count) =>
        rows.Length == 0 ? [] : TakeLanes(rows, TimeSteps, Shape.HiddenSize, first, count);

    public float[] TakeLanes(float[] rows, int steps, int columns, int first, int count)
    {
        var taken = new float[steps * count * columns];
        for (int step = 0; step < steps; step++)
            Array.Copy(rows, (step * Lanes + first) * columns, taken, step * count * columns, count * columns);
        return taken;
    }

    public CellResult Run(SimdPath path, int shardCount = 1) => new CellRun(this).Step(path, shardCount);

    private ReadOnlySpan<float> DepthRow(float[] rows, int t, int lane) =>
        Cell.HasDepthState ? rows.AsSpan((t * Lanes + lane) * Shape.HiddenSize, Shape.HiddenSize) : [];

    /// <summary>The twin's outputs, carry and gradients.</summary>
    public TwinResult RunTwin()
    {
        var outputs = new double[TimeSteps * Lanes * OutputSize];
        var carryOut = new double[Lanes * CarryLength];
        var dInput = new double[Input.Length];
        var dParameters = new double[Parameters.Length];
        var depth = new double[Below.Length];
        var dBelow = new double[Below.Length];
        var layer = new ReferenceLayer(Layout, 0);
        for (int lane = 0; lane < Lanes; lane++)
        {
            var tape = new Tape(TestModels.ToDouble(Parameters), dParameters);
            Node[] inputs = [.. Enumerable.Range(0, TimeSteps).Select(t =>
                tape.Constant(TestModels.ToDouble(Input.AsSpan((t * Lanes + lane) * Shape.InputSize, Shape.InputSize))))];
            Span<double> carry = carryOut.AsSpan(lane * CarryLength, CarryLength);
            Node[] below = [.. Enumerable.Range(0, TimeSteps).Select(t => tape.Constant(TestModels.ToDouble(DepthRow(Below, t, lane))))];
            Node[] results = layer.Run(
                tape, inputs, TestModels.ToDouble(Carry.AsSpan(lane * CarryLength, CarryLength)), carry, [below]);
            for (int t = 0; t < TimeSteps; t++)
            {
                int row = t * Lanes + lane;
                if (Cell.HasDepthState)
                    TestModels.ToDouble(DepthRow(DDepth, t, lane)).CopyTo(layer.DepthStates[0][t].Gradient, 0);
                results[t].Value.CopyTo(outputs, row * OutputSize);
                TestModels.ToDouble(DOutput.AsSpan(row * OutputSize, OutputSize)).CopyTo(results[t].Gradient, 0);
            }

            tape.Backward();
            for (int t = 0; t < TimeSteps; t++)
            {
                inputs[t].Gradient.CopyTo(dInput, (t * Lanes + lane) * Shape.InputSize);
                if (!Cell.HasDepthState)
                    continue;
                layer.DepthStates[0][t].Value.CopyTo(depth, (t * Lanes + lane) * Shape.HiddenSize);
                below[t].Gradient.CopyTo(dBelow, (t * Lanes + lane) * Shape.HiddenSize);
            }
        }

        return new TwinResult(outputs, carryOut, dInput, dParameters, depth, dBelow);
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

/// <summary>What the twin computed.</summary>
internal sealed record TwinResult(
    double[] Outputs, double[] CarryOut, double[] DInput, double[] DParameters, double[] Depth, double[] DBelow);

/// <summary>Everything that running a case takes, so that steps can be repeated without allocating.</summary>
internal sealed class CellRun(CellCase window)
{
    private readonly LayerTensors _tensors = window.Layout.Layer(0);
    private readonly RecurrentWeights _weights = Weights(window);
    private readonly RecurrentWorkspace[] _layers = Layers(window);
    private readonly Activations _input = new(window.TimeSteps, window.Lanes, window.Shape.InputSize);
    private readonly Activations _dInput = new(window.TimeSteps, window.Lanes, window.Shape.InputSize);
    private readonly Activations _dOutput = new(window.TimeSteps, window.Lanes, window.OutputSize);
    private readonly Gradient _gradient = new(window.Layout);
    private readonly CellResult _result = new(window);

    private RecurrentWorkspace Workspace => _layers[^1];

    private RecurrentWorkspace? Below => _layers.Length > 1 ? _layers[0] : null;

    /// <summary>The layer's buffers and, for a cell with depth, before them those of a layer below.</summary>
    private static RecurrentWeights Weights(CellCase window)
    {
        var group = new BufferGroup();
        var weights = new RecurrentWeights(window.Cell, window.Shape, hasInputGradient: true, group);
        group.Place(new AlignedBuffer(group.Length).Memory);
        return weights;
    }

    private static RecurrentWorkspace[] Layers(CellCase window)
    {
        var below = new RecurrentWorkspace(window.Cell, window.Shape, window.TimeSteps, window.Lanes);
        return window.Cell.HasDepthState
            ? [below, new(window.Cell, window.Shape, window.TimeSteps, window.Lanes, below: below)]
            : [below];
    }

    public CellResult Step(SimdPath path, int shardCount)
    {
        _weights.Load(_tensors.Of(window.Parameters));
        _input.CopyFrom(window.Input);
        if (Below is not null)
        {
            Below.Depth!.Reshape(window.TimeSteps, window.Lanes);
            Below.Depth.State.CopyFrom(window.Below);
        }

        window.Cell.Forward(path, _weights, _input.View(), Workspace, window.Carry, _result.CarryOut, window.CarryLength);
        int size = window.OutputSize;
        for (int row = 0; row < window.TimeSteps * window.Lanes; row++)
        {
            int step = Workspace.FirstHanded + row / window.Lanes;
            Workspace.Handed.ReadRow(step, row % window.Lanes, _result.Outputs.AsSpan(row * size, size));
        }

        _dOutput.CopyFrom(window.DOutput);
        if (Workspace.Depth is { } depth)
        {
            depth.State.CopyTo(_result.Depth);
            depth.DState.CopyFrom(window.DDepth);
        }

        _gradient.Dense.Span.Fill(float.NaN);
        window.Cell.Backward(path, _weights, _input.View(), Workspace, _dOutput, _dInput, shardCount, _tensors.Of(_gradient));
        _dInput.CopyTo(_result.DInput);
        Below?.Depth!.DState.CopyTo(_result.DBelow);
        _gradient.Dense.Span[.._result.DParameters.Length].CopyTo(_result.DParameters);
        return _result;
    }
}

/// <summary>What the kernels computed. Filled with NaN before, so that nothing unwritten goes unseen.</summary>
internal sealed class CellResult(CellCase window)
{
    public float[] Outputs { get; } = Unwritten(window.DOutput.Length);

    public float[] CarryOut { get; } = Unwritten(window.Carry.Length);

    public float[] DInput { get; } = Unwritten(window.Input.Length);

    /// <summary>States for the layer above; empty for a cell without depth.</summary>
    public float[] Depth { get; } = Unwritten(window.Below.Length);

    /// <summary>Gradient of the states of the layer below.</summary>
    public float[] DBelow { get; } = Unwritten(window.Below.Length);

    /// <summary>Of the layer's tensors, in the layout's order.</summary>
    public float[] DParameters { get; } = Unwritten(window.Layout.HeadWeight.Offset);

    public IEnumerable<(string Name, float[] Values)> All =>
    [
        (nameof(Outputs), Outputs), (nameof(CarryOut), CarryOut), (nameof(DInput), DInput), (nameof(DParameters), DParameters),
        (nameof(Depth), Depth), (nameof(DBelow), DBelow),
    ];

    private static float[] Unwritten(int length)
    {
        var values = new float[length];
        Array.Fill(values, float.NaN);
        return values;
    }
}
