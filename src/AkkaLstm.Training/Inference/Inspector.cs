using AkkaLstm.Models;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Inference;

/// <summary>What is known of a run, a checkpoint or a model file.</summary>
/// <param name="Source">The checkpoint directory or file that was looked at.</param>
/// <param name="Plan">The plan it was trained with.</param>
/// <param name="PlanHash">Hash of the plan.</param>
/// <param name="DataHash">Hash of the data's contents.</param>
/// <param name="Model">The model's shape.</param>
/// <param name="Tensors">Names and shapes of the parameters, in layout order.</param>
/// <param name="ParameterCount">Floats of all tensors.</param>
/// <param name="ParameterHash">SHA-256 over all parameters as little-endian float32 in layout order, lower-case
/// hex.</param>
/// <param name="Progress">Where training stood; null for an exported file.</param>
/// <param name="Checkpoints">For a run directory: its checkpoints, newest first; else empty.</param>
public sealed record InspectionReport(
    string Source,
    TrainingPlan Plan,
    string PlanHash,
    string DataHash,
    ModelSpec Model,
    IReadOnlyList<TensorInfo> Tensors,
    long ParameterCount,
    string ParameterHash,
    JobProgress? Progress,
    IReadOnlyList<CheckpointSummary> Checkpoints);

/// <summary>A checkpoint of a run.</summary>
/// <param name="Path">Its directory.</param>
/// <param name="Step">Closed steps; null where it is damaged.</param>
/// <param name="Epoch">Finished epochs; null where it is damaged.</param>
/// <param name="IsBest">Whether it is the best of the run.</param>
/// <param name="Damage">What is wrong with it; null where it is whole.</param>
public sealed record CheckpointSummary(string Path, long? Step, int? Epoch, bool IsBest, string? Damage);

/// <summary>Looks into runs, checkpoints and model files.</summary>
public static class Inspector
{
    /// <summary>
    /// Looks at what a path holds: for a run its newest whole checkpoint, the end of the training so far.
    /// </summary>
    /// <exception cref="BadInputException">There is nothing to look at, or it is damaged.</exception>
    public static InspectionReport Inspect(string path)
    {
        ModelFile file = ModelFile.Open(path, isBest: false, report: null);
        ParameterLayout layout = ParameterLayout.For(file.Model);
        string checkpoints = Path.Combine(path, RunDirectory.CheckpointsName);
        return new InspectionReport(
            file.Source,
            file.Card.Plan,
            file.Card.PlanHash,
            file.Card.DataHash,
            file.Model,
            layout.Tensors,
            layout.TotalLength,
            layout.Hash(file.Parameters.Span),
            file.Progress,
            RunDirectory.IsRun(path) ? Summaries(checkpoints) : []);
    }

    /// <summary>All checkpoints, newest first. Each best one was the best of its time, so the newest of them is the best of the run.</summary>
    private static List<CheckpointSummary> Summaries(string checkpoints)
    {
        var summaries = CheckpointReader.List(checkpoints).Select(Summary).ToList();
        int best = summaries.FindIndex(summary => summary.IsBest);
        return [.. summaries.Select((summary, i) => summary with { IsBest = i == best })];
    }

    private static CheckpointSummary Summary(string path)
    {
        try
        {
            CheckpointManifest manifest = CheckpointReader.Verify(path);
            return new CheckpointSummary(
                path, manifest.Progress.Step, manifest.Progress.Epoch, manifest.IsBest, Damage: null);
        }
        catch (BadInputException e)
        {
            return new CheckpointSummary(path, Step: null, Epoch: null, IsBest: false, e.Message);
        }
    }
}
