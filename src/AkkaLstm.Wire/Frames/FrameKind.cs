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

    /// <summary>Who can be called where, a list of <see cref="Handshakes.RosterEntry"/>.</summary>
    Roster = 6,

    /// <summary>The name of a file that is wanted, UTF-8.</summary>
    FileRequest = 7,

    /// <summary>The file comes: its length in bytes (8).</summary>
    FileOpen = 8,

    /// <summary>The next bytes of the file.</summary>
    FileChunk = 9,

    /// <summary>The file does not come, and why, UTF-8.</summary>
    FileRefused = 10,

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

    /// <summary>What the sender has in memory may be read there, if the receiver can; see
    /// <see cref="Sharing.SharedPlace"/>.</summary>
    TensorShare = 22,

    /// <summary>The receiver can.</summary>
    TensorShared = 23,
}
