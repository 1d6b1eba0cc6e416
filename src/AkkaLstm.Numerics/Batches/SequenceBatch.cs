namespace AkkaLstm.Numerics.Batches;

/// <summary>
/// The inputs and targets of one window: T time steps of B lanes. A data source fills it, a model reads it; it is allocated once, at its
/// largest size, and reused.
/// </summary>
/// <remarks>
/// Dimensions: T time steps, B lanes (rows), I input values, O target values; row-major, time outermost: element (t, b, i) is at
/// (t * B + b) * I + i. Either <see cref="Tokens"/> or <see cref="Values"/> carries the input, either <see cref="TargetClasses"/> or
/// <see cref="TargetValues"/> the target; the others are empty.
/// </remarks>
public sealed class SequenceBatch
{
    /// <summary>Makes an empty batch that holds up to the given sizes.</summary>
    /// <param name="maxTimeSteps">Largest T.</param>
    /// <param name="maxLanes">Largest B.</param>
    /// <param name="inputSize">I; 0 for token input.</param>
    /// <param name="targetSize">O; 0 for class targets.</param>
    public SequenceBatch(int maxTimeSteps, int maxLanes, int inputSize, int targetSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTimeSteps);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxLanes);
        ArgumentOutOfRangeException.ThrowIfNegative(inputSize);
        ArgumentOutOfRangeException.ThrowIfNegative(targetSize);
        int rows = checked(maxTimeSteps * maxLanes);
        MaxTimeSteps = maxTimeSteps;
        MaxLanes = maxLanes;
        InputSize = inputSize;
        TargetSize = targetSize;
        Tokens = inputSize == 0 ? new int[rows] : [];
        Values = new float[checked(rows * inputSize)];
        TargetClasses = targetSize == 0 ? new int[rows] : [];
        TargetValues = new float[checked(rows * targetSize)];
        TargetMask = targetSize == 0 ? [] : new bool[rows];
        ResetsCarry = new bool[maxLanes];
        LaneWeights = targetSize == 0 ? new float[maxLanes] : [];
    }

    /// <summary>Class of a target that does not count.</summary>
    public const int IgnoredClass = -1;

    /// <summary>Largest T.</summary>
    public int MaxTimeSteps { get; }

    /// <summary>Largest B.</summary>
    public int MaxLanes { get; }

    /// <summary>I, the values an input row has; 0 for token input.</summary>
    public int InputSize { get; }

    /// <summary>O, the values a target row has; 0 for class targets.</summary>
    public int TargetSize { get; }

    /// <summary>T of the present window.</summary>
    public int TimeSteps { get; private set; }

    /// <summary>B of the present window.</summary>
    public int Lanes { get; private set; }

    /// <summary>Index of the first lane in the whole batch of the plan: lane b here is lane FirstLane + b there.</summary>
    public int FirstLane { get; private set; }

    /// <summary>Input tokens, (T, B).</summary>
    public int[] Tokens { get; }

    /// <summary>Input values, (T, B, I).</summary>
    public float[] Values { get; }

    /// <summary>Target classes, (T, B); <see cref="IgnoredClass"/> where nothing is asked.</summary>
    public int[] TargetClasses { get; }

    /// <summary>
    /// What the target of a lane weighs in the loss, (B), where classes have weights (<see cref="HasWeights"/>).
    /// </summary>
    public float[] LaneWeights { get; }

    /// <summary>Whether <see cref="LaneWeights"/> count; else every target weighs 1.</summary>
    public bool HasWeights { get; set; }

    /// <summary>Target values, (T, B, O).</summary>
    public float[] TargetValues { get; }

    /// <summary>Whether the target values of a row count, (T, B).</summary>
    public bool[] TargetMask { get; }

    /// <summary>Whether a lane starts from a zero state instead of the carried one, (B).</summary>
    public bool[] ResetsCarry { get; }

    /// <summary>Sets the sizes of the window that is about to be filled; contents are left as they are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is over the batch's largest.</exception>
    public void Reshape(int timeSteps, int firstLane, int lanes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(timeSteps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeSteps, MaxTimeSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(firstLane);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lanes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lanes, MaxLanes);
        TimeSteps = timeSteps;
        FirstLane = firstLane;
        Lanes = lanes;
    }
}
