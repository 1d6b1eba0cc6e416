using System.Net;

namespace AkkaLstm.Wire.Connections;

/// <summary>A node cannot listen at its address: it is not one of this machine, or taken.</summary>
/// <param name="address">The address.</param>
/// <param name="inner">What the system says.</param>
public sealed class ListenException(IPEndPoint address, Exception inner)
    : Exception($"{address} cannot be listened on ({inner.Message})", inner);
