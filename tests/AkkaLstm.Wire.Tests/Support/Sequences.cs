using System.Buffers;

namespace AkkaLstm.Wire.Tests.Support;

/// <summary>Bytes in pieces, as a pipe has them.</summary>
internal static class Sequences
{
    /// <summary>Cuts bytes at random places; pieces may be empty.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] bytes, Random random, int maxPiece)
    {
        var first = new Piece(ReadOnlyMemory<byte>.Empty, 0);
        Piece last = first;
        for (int start = 0; start < bytes.Length;)
        {
            int length = Math.Min(random.Next(maxPiece + 1), bytes.Length - start);
            last = last.Append(bytes.AsMemory(start, length));
            start += length;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long start)
        {
            Memory = memory;
            RunningIndex = start;
        }

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
