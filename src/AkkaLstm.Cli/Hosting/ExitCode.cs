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

    /// <summary><c>simulate</c>: a role threw an exception.</summary>
    public const int RoleCrashed = 127;

    /// <summary><c>simulate</c>: a job made no progress, waited past a deadline or gave up without a cause.</summary>
    public const int NoProgress = 128;

    /// <summary><c>simulate</c>: a result is wrong. Of several failures the largest number counts.</summary>
    public const int WrongResult = 129;

    /// <summary>Interrupted; where there was something to keep, after a checkpoint.</summary>
    public const int Interrupted = 130;
}
