namespace AkkaLstm.Training.Plans;

/// <summary>Says in which option two plans differ.</summary>
internal static class PlanDifference
{
    /// <summary>The first option that differs, with both values; null where the plans are the same, files included.</summary>
    public static string? Find(TrainingPlan there, TrainingPlan here)
    {
        (PlanOptions first, PlanOptions second) = (there.Options.WithFullPaths(), here.Options.WithFullPaths());
        foreach (PlanOption option in PlanOptionTable.All)
        {
            string one = option.TextOf(first) ?? "not set";
            string other = option.TextOf(second) ?? "not set";
            if (!string.Equals(one, other, StringComparison.Ordinal))
                return $"{option.CommandLineName} is {one} there and {other} here";
        }

        return null;
    }
}
