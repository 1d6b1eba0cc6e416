namespace AkkaLstm.Models.Reference;

/// <summary>What <see cref="ReferenceModel"/> computes for a window, in double precision.</summary>
/// <param name="LossSum">Sum of the counted elements' losses.</param>
/// <param name="Count">Counted elements.</param>
/// <param name="Gradient">Gradient of the loss sum, flat in the layout's order.</param>
/// <param name="CarryOut">State at the window's end, (B, L, [h, c]).</param>
/// <param name="Outputs">The head's outputs, (T, B, O).</param>
public sealed record ReferenceResult(double LossSum, long Count, double[] Gradient, double[] CarryOut, double[] Outputs)
{
    /// <summary>Sum of the penalties, which the gradient has but the loss has not.</summary>
    public double Penalty { get; init; }
}
