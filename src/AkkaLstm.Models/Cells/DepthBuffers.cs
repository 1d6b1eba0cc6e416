using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Cells;

/// <summary>
/// What a layer with depth hands to the layer above at every time step, beside or in place of the output of the
/// recurrence, and where it finds what the layer below hands it.
/// </summary>
internal sealed unsafe class DepthBuffers : CellBuffers
{
    private readonly DepthBuffers? _below;

    // The lowest layer reads zeros and writes a gradient that nobody reads: one step serves for all.
    private readonly Activations? _ground;
    private readonly Activations? _dGround;

    /// <summary>Allocates the buffers.</summary>
    /// <param name="shape">H.</param>
    /// <param name="maxTimeSteps">Largest T.</param>
    /// <param name="maxLanes">Largest B.</param>
    /// <param name="hasOutput">Whether there is an output of its own for the layer above.</param>
    /// <param name="below">Those of the layer below; null for the lowest.</param>
    internal DepthBuffers(RecurrentShape shape, int maxTimeSteps, int maxLanes, bool hasOutput, DepthBuffers? below)
    {
        State = new Activations(maxTimeSteps, maxLanes, shape.HiddenSize);
        DState = new Activations(maxTimeSteps, maxLanes, shape.HiddenSize);
        if (hasOutput)
        {
            Output = new Activations(maxTimeSteps, maxLanes, shape.HiddenSize);
            DHidden = new Activations(1, maxLanes, shape.HiddenSize);
        }

        _below = below;
        if (below is not null)
            return;
        _ground = new Activations(1, maxLanes, shape.HiddenSize);
        _dGround = new Activations(1, maxLanes, shape.HiddenSize);
    }

    /// <summary>The state for the layer above, (T, B, H).</summary>
    internal Activations State { get; }

    /// <summary>Its gradient, (T, B, H): whoever is above writes it before backward, zeros at the top.</summary>
    internal Activations DState { get; }

    /// <summary>The output for the layer above, (T, B, H), or null.</summary>
    internal Activations? Output { get; }

    /// <summary>
    /// Gradient of the output that the next step read, (1, B, H); null where that is what the layer above read too.
    /// </summary>
    internal Activations? DHidden { get; }

    /// <summary>The state of the layer below at a time step.</summary>
    internal float* Below(int step) => _below is null ? _ground!.Pointer : At(_below.State, step);

    /// <summary>The gradient of the state of the layer below at a time step.</summary>
    internal float* DBelow(int step) => _below is null ? _dGround!.Pointer : At(_below.DState, step);

    /// <summary>The first float of a time step.</summary>
    internal static float* At(Activations rows, int step) => rows.Pointer + (nint)step * rows.StepLength;

    /// <inheritdoc/>
    internal override void Reshape(int timeSteps, int lanes)
    {
        State.Reshape(timeSteps, lanes);
        DState.Reshape(timeSteps, lanes);
        Output?.Reshape(timeSteps, lanes);
        DHidden?.Reshape(1, lanes);
        _ground?.Reshape(1, lanes);
        _dGround?.Reshape(1, lanes);
    }
}
