namespace AkkaLstm.Training.Planning;

/// <summary>What more workers would bring to a running job, each with a core of its own in one process.</summary>
/// <param name="Workers">Workers of the run.</param>
/// <param name="Shards">S, the most that could be used.</param>
/// <param name="StepSeconds">A step of the run, the median of the recent ones.</param>
/// <param name="More">A number of workers further, with a core each.</param>
/// <param name="Speedup">How many times as fast as the run they would be.</param>
/// <param name="PayingWorkers">More than these do not pay.</param>
/// <param name="Reason">Why they do not.</param>
public sealed record ScalingForecast(
    int Workers, int Shards, double StepSeconds, int More, double Speedup, int PayingWorkers, StopReason Reason);
