using System.Buffers.Binary;

namespace AkkaLstm.Fuzzing;

/// <summary>Ways to damage bytes.</summary>
internal static class Mutations
{
    private static readonly long[] Extremes =
        [0, 1, -1, 127, 128, 255, 256, short.MaxValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    /// <summary>Applies one to four random changes.</summary>
    public static byte[] Apply(byte[] bytes, Random random)
    {
        for (int changes = 1 + random.Next(4); changes > 0 && bytes.Length > 0; changes--)
            bytes = Change(bytes, random);
        return bytes;
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        int length = Math.Min(1 + random.Next(16), bytes.Length - at);
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                return bytes[..at];
            case 3: // a piece is left out
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4: // a piece comes twice
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 5: // something foreign comes in
                byte[] foreign = new byte[length];
                random.NextBytes(foreign);
                return [.. bytes[..at], .. foreign, .. bytes[at..]];
            case 6: // an extreme number, of any width
                Span<byte> number = stackalloc byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(number, Extremes[random.Next(Extremes.Length)]);
                number[..Math.Min(1 << random.Next(4), bytes.Length - at)].CopyTo(bytes.AsSpan(at));
                return bytes;
            default: // one piece over another
                int from = random.Next(bytes.Length - length + 1);
                bytes.AsSpan(from, length).CopyTo(bytes.AsSpan(at, length));
                return bytes;
        }
    }
}
