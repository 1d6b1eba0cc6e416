namespace AkkaLstm.Cli.Hosting;

/// <summary>What the process ends with; scripts rely on these numbers.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The job failed: a full disk, a loss that is not a number, a defect of the program.</summary>
    public const int Failed = 1;

    /// <summary>Bad usage or bad input; one line on stderr says where, what and what would be right.</summary>
    public const int BadInput = 2;

    /// <summary>The cluster lost what it needs to go on.</summary>
    public const int ClusterLost = 3;

    /// <summary>Interrupted; where there was something to keep, after a checkpoint.</summary>
    public const int Interrupted = 130;
}
