namespace AkkaLstm.Protocol.Work;

/// <summary>
/// Thrown by an executor that cannot load a checkpoint because it is missing or damaged: an older one may do.
/// </summary>
public sealed class CheckpointLostException : Exception
{
    /// <summary>Creates it with one line for the user and the cause.</summary>
    public CheckpointLostException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
