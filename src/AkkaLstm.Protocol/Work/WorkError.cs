namespace AkkaLstm.Protocol.Work;

/// <summary>Why work failed.</summary>
/// <param name="Message">One line for the user.</param>
/// <param name="IsPermanent">Whether trying again, here or elsewhere, cannot help: the job fails at
/// once.</param>
/// <param name="IsCheckpointLost">Whether the checkpoint that was to be loaded is missing or damaged.</param>
public sealed record WorkError(string Message, bool IsPermanent, bool IsCheckpointLost = false)
{
    /// <summary>What an exception from <see cref="IWorkExecutor.Execute"/> means.</summary>
    public static WorkError From(Exception exception) => exception switch
    {
        PermanentWorkException permanent => new WorkError(permanent.Message, IsPermanent: true),
        CheckpointLostException lost => new WorkError(lost.Message, IsPermanent: false, IsCheckpointLost: true),
        _ => new WorkError($"{exception.GetType().Name}: {exception.Message}", IsPermanent: false),
    };
}
