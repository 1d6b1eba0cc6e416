using System.Buffers.Binary;

namespace AkkaLstm.Wire.Sharing;

/// <summary>Where values lie in memory that a process shares with others of its machine.</summary>
/// <param name="Descriptor">The memory's file descriptor in that process.</param>
/// <param name="Key">Random, at the memory's beginning: whoever finds it there has found the right memory.</param>
/// <param name="Start">Index of the first value.</param>
public readonly record struct SharedPlace(int Descriptor, Guid Key, int Start)
{
    internal const int Size = sizeof(int) + KeySize + sizeof(int);

    internal const int KeySize = 16;

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Descriptor);
        Key.TryWriteBytes(bytes[sizeof(int)..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[(sizeof(int) + KeySize)..], Start);
    }

    internal static SharedPlace Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32LittleEndian(bytes),
        new Guid(bytes.Slice(sizeof(int), KeySize)),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[(sizeof(int) + KeySize)..]));
}
