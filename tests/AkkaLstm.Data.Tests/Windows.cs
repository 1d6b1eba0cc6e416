using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Tests;

/// <summary>
/// Fills windows and lays single lanes out as text, so that tests can compare them whatever their grouping.
/// </summary>
internal static class Windows
{
    public static SequenceBatch Fill(ISequenceSource source, int epoch, int step, int firstLane, int lanes)
    {
        SequenceBatch batch = source.Shape.CreateBatch(lanes);

        // What was in the batch before must not show.
        Array.Fill(batch.Tokens, -77);
        Array.Fill(batch.Values, float.NaN);
        Array.Fill(batch.TargetClasses, -77);
        Array.Fill(batch.TargetValues, float.NaN);
        Array.Fill(batch.TargetMask, true);
        source.Fill(batch, epoch, step, firstLane, lanes);
        return batch;
    }

    /// <summary>All lanes of a window, each as text, filled in groups of the given size.</summary>
    public static string[] Lanes(ISequenceSource source, int epoch, int step, int groupSize)
    {
        var lanes = new List<string>();
        for (int first = 0; first < source.Shape.Lanes; first += groupSize)
        {
            SequenceBatch batch = Fill(source, epoch, step, first, Math.Min(groupSize, source.Shape.Lanes - first));
            for (int lane = 0; lane < batch.Lanes; lane++)
                lanes.Add(Lane(batch, lane));
        }

        return [.. lanes];
    }

    /// <summary>One lane as text: every input, target and flag it has.</summary>
    public static string Lane(SequenceBatch batch, int lane)
    {
        var text = new System.Text.StringBuilder(batch.ResetsCarry[lane] ? "reset" : "carry");
        for (int t = 0; t < batch.TimeSteps; t++)
        {
            int cell = (t * batch.Lanes) + lane;
            text.Append(" | ");
            text.AppendJoin(',', batch.InputSize == 0
                ? [batch.Tokens[cell].ToString()]
                : batch.Values.Skip(cell * batch.InputSize).Take(batch.InputSize).Select(value => value.ToString("R")));
            text.Append(" > ");
            text.AppendJoin(',', batch.TargetSize == 0
                ? [batch.TargetClasses[cell].ToString()]
                : batch.TargetValues.Skip(cell * batch.TargetSize).Take(batch.TargetSize).Select(value => value.ToString("R")));
            if (batch.TargetSize > 0)
                text.Append(batch.TargetMask[cell] ? " counts" : " ignored");
        }

        return text.ToString();
    }
}
