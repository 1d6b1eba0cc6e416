namespace AkkaLstm.Wire.Frames;

/// <summary>What a frame carries. Numbers are only ever added.</summary>
public enum FrameKind : byte
{
    /// <summary>A <see cref="Handshakes.Greeting"/>.</summary>
    Greeting = 1,

    /// <summary>A <see cref="Handshakes.GreetingReply"/>.</summary>
    GreetingReply = 2,

    /// <summary>A control message.</summary>
    Message = 3,

    /// <summary>Are you there? Eight bytes that come back.</summary>
    Ping = 4,

    /// <summary>The answer to <see cref="Ping"/>.</summary>
    Pong = 5,

    /// <summary>A bulk value begins: its name and its parts.</summary>
    TensorOpen = 16,

    /// <summary>The next bytes of the bulk value.</summary>
    TensorChunk = 17,

    /// <summary>The rest of the bulk value does not come.</summary>
    TensorCancel = 18,

    /// <summary>The receiver takes so many bytes more.</summary>
    TensorCredit = 19,

    /// <summary>The peer gives the channel up, and why.</summary>
    TensorAbort = 20,

    /// <summary>Nothing to send, but still here; answered by a credit of 0 bytes.</summary>
    TensorIdle = 21,
}
