namespace AkkaLstm.Engines.Simulation;

/// <summary>Runs many seeds on all cores. What a seed does depends on nothing but the seed and the options.</summary>
public static class Campaign
{
    /// <summary>Runs the seeds from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="last">The last seed.</param>
    /// <param name="options">What is run for each.</param>
    /// <param name="stop">Ends it after the seeds in hand.</param>
    /// <returns>Sums over the seeds that ran, and those that failed in order of seed.</returns>
    public static CampaignReport Run(long first, long last, CampaignOptions options, CancellationToken stop = default) =>
        Run(first, last, options, _ => { }, stop);

    /// <summary>Runs the seeds from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="last">The last seed.</param>
    /// <param name="options">What is run for each.</param>
    /// <param name="progress">Sees the sums after each seed, one caller at a time.</param>
    /// <param name="stop">Ends it after the seeds in hand.</param>
    /// <returns>Sums over the seeds that ran, and those that failed in order of seed.</returns>
    public static CampaignReport Run(
        long first, long last, CampaignOptions options, Action<CampaignReport> progress, CancellationToken stop)
    {
        var report = new CampaignReport();
        var gate = new Lock();
        Parallel.For(
            first,
            last + 1,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            (seed, state) =>
            {
                if (stop.IsCancellationRequested)
                {
                    state.Stop();
                    return;
                }

                SeedResult result = SeedRun.Run(seed, options);
                lock (gate)
                {
                    report.Add(result);
                    progress(report);
                }
            });
        return report;
    }
}
