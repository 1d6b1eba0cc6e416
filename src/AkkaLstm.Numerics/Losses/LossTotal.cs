using System.Runtime.InteropServices;

namespace AkkaLstm.Numerics.Losses;

/// <summary>Sums that the losses of rows are added to, row after row: how the rows are cut into calls does not change a bit.</summary>
/// <param name="Sum">Sum of the losses, in nats or squared units.</param>
/// <param name="Count">Rows (cross-entropy) or elements (squared error) that counted.</param>
/// <param name="Correct">Rows whose largest logit was the target's (the first, if several are equal); 0 for squared error.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LossTotal(double Sum, long Count, long Correct);
