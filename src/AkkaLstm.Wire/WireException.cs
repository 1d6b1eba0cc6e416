namespace AkkaLstm.Wire;

/// <summary>
/// What a peer sent cannot be used. The only exception that decoders throw for what they read; the connection it
/// came from is to be closed.
/// </summary>
/// <param name="error">The kind of fault.</param>
/// <param name="reason">One line that names the place and the value.</param>
/// <param name="inner">The cause.</param>
public sealed class WireException(WireError error, string reason, Exception? inner = null)
    : Exception(reason, inner)
{
    /// <summary>The kind of fault.</summary>
    public WireError Error => error;
}
