using System.Buffers.Binary;
using System.Text;
using AkkaLstm.Wire.Frames;

namespace AkkaLstm.Wire.Tensors;

/// <summary>The small frames of a tensor channel.</summary>
internal static class TensorFrames
{
    /// <summary>Longest payload of a frame that is no chunk.</summary>
    public const int MaxSmallBytes = 4096;

    /// <summary>A whole frame.</summary>
    public static byte[] Make(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[FrameHeader.Size + payload.Length];
        FrameHeader.Write(frame, kind, payload);
        payload.CopyTo(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    /// <summary>A credit.</summary>
    public static byte[] Credit(int bytes)
    {
        Span<byte> payload = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(payload, bytes);
        return Make(FrameKind.TensorCredit, payload);
    }

    /// <summary>The reason for giving up, as far as it fits.</summary>
    public static byte[] Abort(string reason)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(reason);
        return Make(FrameKind.TensorAbort, bytes.AsSpan(0, Math.Min(bytes.Length, MaxSmallBytes)));
    }

    /// <summary>What a received abort means here.</summary>
    public static WireException Aborted(ReadOnlySpan<byte> payload) =>
        new(WireError.Aborted, $"the peer gave the channel up: {Encoding.UTF8.GetString(payload)}");

    /// <summary>The number of a credit.</summary>
    public static int ReadCredit(ReadOnlySpan<byte> payload) =>
        payload.Length == sizeof(int) && BinaryPrimitives.ReadInt32LittleEndian(payload) is >= 0 and var bytes
            ? bytes
            : throw new WireException(WireError.Malformed, "a credit is no number of bytes");
}
