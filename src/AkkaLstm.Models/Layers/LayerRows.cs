using AkkaLstm.Numerics.Gemm;

namespace AkkaLstm.Models.Layers;

/// <summary>
/// The rows (T, B, size) that one layer hands to the next, where they lie: a recurrent layer keeps its outputs
/// behind the carried one.
/// </summary>
/// <param name="Source">The buffer.</param>
/// <param name="FirstStep">The buffer's step that is time step 0 of the rows; they go on to its end.</param>
internal readonly record struct LayerRows(Activations Source, int FirstStep)
{
    /// <summary>T.</summary>
    internal int TimeSteps => Source.TimeSteps - FirstStep;

    /// <summary>All floats, padding included, in the order of <see cref="Activations"/>.</summary>
    internal Span<float> Data => Source.Data[(FirstStep * Source.StepLength)..];

    /// <summary>All rows as an operand.</summary>
    internal MatrixView View() => Source.Steps(FirstStep, TimeSteps);

    /// <summary>The rows of some time steps as an operand.</summary>
    internal MatrixView Steps(StepRange steps) => Source.Steps(FirstStep + steps.First, steps.Count);
}
