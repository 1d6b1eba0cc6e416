namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Thrown by an executor when trying again cannot help (a full disk): the job fails with this message instead
/// of restarting the actor.
/// </summary>
public sealed class PermanentWorkException : Exception
{
    /// <summary>Creates it with one line for the user and the cause.</summary>
    public PermanentWorkException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
