using AkkaLstm.Models.Cells;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Models.Tests.Cells;

/// <summary>One window of random numbers for an LSTM layer, run through the kernels or the twin.</summary>
internal sealed class LstmCase
{
    public LstmCase(int timeSteps, int lanes, int inputSize, int hiddenSize, int seed = 1)
    {
        (TimeSteps, Lanes, InputSize, HiddenSize) = (timeSteps, lanes, inputSize, hiddenSize);
        var random = new Random(seed);
        double scale = 1 / Math.Sqrt(hiddenSize);
        Input = Fill(random, timeSteps * lanes * inputSize, 1);
        InputWeights = Fill(random, 4 * hiddenSize * inputSize, scale);
        HiddenWeights = Fill(random, 4 * hiddenSize * hiddenSize, scale);
        InputBias = Fill(random, 4 * hiddenSize, scale);
        HiddenBias = Fill(random, 4 * hiddenSize, scale);
        Carry = Fill(random, lanes * 2 * hiddenSize, 1);
        DOutput = Fill(random, timeSteps * lanes * hiddenSize, 1);
    }

    public int TimeSteps { get; }

    public int Lanes { get; }

    public int InputSize { get; }

    public int HiddenSize { get; }

    public float[] Input { get; private init; }

    public float[] InputWeights { get; private init; }

    public float[] HiddenWeights { get; private init; }

    public float[] InputBias { get; private init; }

    public float[] HiddenBias { get; private init; }

    public float[] Carry { get; private init; }

    public float[] DOutput { get; private init; }

    /// <summary>The same weights with lanes [first, first + count) only.</summary>
    public LstmCase Take(int first, int count) => new(TimeSteps, count, InputSize, HiddenSize)
    {
        Input = TakeLanes(Input, TimeSteps, InputSize, first, count),
        InputWeights = InputWeights,
        HiddenWeights = HiddenWeights,
        InputBias = InputBias,
        HiddenBias = HiddenBias,
        Carry = TakeLanes(Carry, 1, 2 * HiddenSize, first, count),
        DOutput = TakeLanes(DOutput, TimeSteps, HiddenSize, first, count),
    };

    public float[] TakeLanes(float[] rows, int steps, int columns, int first, int count)
    {
        var taken = new float[steps * count * columns];
        for (int step = 0; step < steps; step++)
            Array.Copy(rows, (step * Lanes + first) * columns, taken, step * count * columns, count * columns);
        return taken;
    }

    public LstmResult Run(SimdPath path, int shardCount = 1)
    {
        RecurrentCell cell = RecurrentCell.Of(CellKind.Lstm);
        var weights = new RecurrentWeights(cell, InputSize, HiddenSize, hasInputGradient: true);
        weights.Load(InputWeights, HiddenWeights, InputBias, HiddenBias);
        var input = new Activations(TimeSteps, Lanes, InputSize);
        input.CopyFrom(Input);
        var workspace = new RecurrentWorkspace(cell, HiddenSize, TimeSteps, Lanes);
        var result = new LstmResult(this);
        cell.Forward(path, weights, input.View(), workspace, Carry, result.CarryOut, 2 * HiddenSize);
        for (int row = 0; row < TimeSteps * Lanes; row++)
            workspace.Hidden.ReadRow(1 + row / Lanes, row % Lanes, result.Outputs.AsSpan(row * HiddenSize, HiddenSize));

        var dOutput = new Activations(TimeSteps, Lanes, HiddenSize);
        dOutput.CopyFrom(DOutput);
        var dInput = new Activations(TimeSteps, Lanes, InputSize);
        cell.Backward(path, weights, input.View(), workspace, dOutput, dInput, shardCount, new RecurrentGradient
        {
            InputWeights = result.DInputWeights,
            HiddenWeights = result.DHiddenWeights,
            InputBias = result.DInputBias,
            HiddenBias = result.DHiddenBias,
        });
        dInput.CopyTo(result.DInput);
        return result;
    }

    public NaiveLstm RunTwin()
    {
        var bias = new double[4 * HiddenSize];
        for (int i = 0; i < bias.Length; i++)
            bias[i] = (double)InputBias[i] + HiddenBias[i];
        return new NaiveLstm(TimeSteps, Lanes, ToDouble(Input), ToDouble(InputWeights), ToDouble(HiddenWeights), bias, ToDouble(Carry));
    }

    public static double[] ToDouble(float[] values) => Array.ConvertAll(values, value => (double)value);

    private static float[] Fill(Random random, int length, double scale)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)((random.NextDouble() * 2 - 1) * scale);
        return values;
    }
}

/// <summary>What the kernels computed. Filled with NaN before, so that nothing unwritten goes unseen.</summary>
internal sealed class LstmResult
{
    public LstmResult(LstmCase window)
    {
        int gates = 4 * window.HiddenSize;
        int rows = window.TimeSteps * window.Lanes;
        Outputs = Unwritten(rows * window.HiddenSize);
        CarryOut = Unwritten(window.Lanes * 2 * window.HiddenSize);
        DInput = Unwritten(rows * window.InputSize);
        DInputWeights = Unwritten(gates * window.InputSize);
        DHiddenWeights = Unwritten(gates * window.HiddenSize);
        DInputBias = Unwritten(gates);
        DHiddenBias = Unwritten(gates);
    }

    public float[] Outputs { get; }

    public float[] CarryOut { get; }

    public float[] DInput { get; }

    public float[] DInputWeights { get; }

    public float[] DHiddenWeights { get; }

    public float[] DInputBias { get; }

    public float[] DHiddenBias { get; }

    public IEnumerable<(string Name, float[] Values)> All =>
    [
        (nameof(Outputs), Outputs), (nameof(CarryOut), CarryOut), (nameof(DInput), DInput), (nameof(DInputWeights), DInputWeights),
        (nameof(DHiddenWeights), DHiddenWeights), (nameof(DInputBias), DInputBias), (nameof(DHiddenBias), DHiddenBias),
    ];

    private static float[] Unwritten(int length)
    {
        var values = new float[length];
        Array.Fill(values, float.NaN);
        return values;
    }
}
