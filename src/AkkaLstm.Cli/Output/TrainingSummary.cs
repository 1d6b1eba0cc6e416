using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output.Progress;
using AkkaLstm.Data;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Sessions;

namespace AkkaLstm.Cli.Output;

/// <summary>
/// What a person reads at the end of a run: the curve, the figures, where it all is, and what to do next.
/// </summary>
internal static class TrainingSummary
{
    private const int CurveHeight = 11;

    /// <summary>Prints the summary to stdout.</summary>
    public static void Write(CliConsole console, TrainingResult result, TrainingHistory history)
    {
        DataTask task = history.Started!.Plan.Task;
        IReadOnlyList<string> curve =
            LossCurve.Render(
                history.Training, history.Validation, Units.LossOf(history.Started.Plan), console.Width, CurveHeight);
        foreach (string line in curve)
            console.Out.WriteLine(line);
        if (curve.Count > 0)
            console.Out.WriteLine();
        console.Out.WriteLine(Sentence(result, task));
        if (result.Test is { } test)
            EvaluationTable.Write(console, test, "test split");
        WorkerTable.Write(console, result.Workers);
        console.Out.WriteLine();
        console.Out.WriteLine($"Run directory: {ProgramName.PathFromHere(result.RunDirectory)}");
        if (result.Status == TrainingStatus.Completed)
            WriteNext(console, result, history.Started.Plan);
    }

    private static string Sentence(TrainingResult result, DataTask task)
    {
        string epochs = result.Epochs == 1 ? "1 epoch" : $"{result.Epochs} epochs";
        string text = $"{epochs}, {Units.Count(result.Steps)} steps in {Units.Duration(result.Elapsed)}";
        if (result.TargetsPerSecond > 0)
            text += $", {Units.Count(result.TargetsPerSecond)} {Units.TargetsOf(task)} per second";
        if (result.IsStoppedEarly)
            text += result.IsAccuracyReached ? "; stopped, enough answers are right" : "; stopped early, no progress any more";
        if (result is { BestValidationLoss: { } best, BestEpoch: { } epoch })
            text += $"; best validation loss {Units.Short(best)} after epoch {epoch + 1}";
        return text + ".";
    }

    private static void WriteNext(CliConsole console, TrainingResult result, TrainingPlan plan)
    {
        string run = ProgramName.PathFromHere(result.RunDirectory);
        console.Out.WriteLine("Next:");
        Line(["evaluate", run, "--split", "test"]);
        if (plan.Task == DataTask.Forecast)
            Line(["forecast", run, "--plot", "forecast.svg"]);
        else if (plan.Task == DataTask.Classify)
            Line(["classify", run, "--data", plan.Data, "--out", "classes.csv"]);
        else if (plan.Task is DataTask.CharLm or DataTask.WordLm)
            Line(["generate", run, "--length", plan.Task == DataTask.CharLm ? "500" : "100"]);
        Line(["inspect", run]);
        if (!result.IsStoppedEarly && plan is { Steps: null, Ridge: null })
            Line(["resume", run, "--epochs", $"{Math.Max(result.Epochs, plan.Epochs) + 10}"]);

        void Line(string[] arguments) => console.Out.WriteLine($"  {ProgramName.Line(arguments)}");
    }
}
