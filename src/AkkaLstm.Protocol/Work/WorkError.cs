namespace AkkaLstm.Protocol.Work;

/// <summary>Why work failed.</summary>
/// <param name="Message">One line for the user.</param>
/// <param name="IsPermanent">Whether trying again, here or elsewhere, cannot help: the job fails at
/// once.</param>
public sealed record WorkError(string Message, bool IsPermanent)
{
    /// <summary>What an exception from <see cref="IWorkExecutor.Execute"/> means.</summary>
    public static WorkError From(Exception exception) => exception is PermanentWorkException permanent
        ? new WorkError(permanent.Message, IsPermanent: true)
        : new WorkError($"{exception.GetType().Name}: {exception.Message}", IsPermanent: false);
}
