using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Exact;

/// <summary>A whole state.</summary>
/// <param name="Progress">Where the job stood.</param>
/// <param name="State">Parameter and moment in turn, (P, 2).</param>
/// <param name="Carries">By shard, (S).</param>
/// <param name="Reason">Why it was written.</param>
/// <param name="IsBest">Whether it was the best so far.</param>
public sealed record ExactCheckpoint(
    JobProgress Progress, long[] State, long[] Carries, CheckpointReason Reason, bool IsBest)
{
    private const int ChecksumLength = sizeof(ulong);

    /// <summary>Everything that must be equal, as text.</summary>
    public string Fingerprint => string.Join(
        ' ',
        [
            Progress.ToString(),
            .. State.Select(v => v.ToString("x", CultureInfo.InvariantCulture)),
            "carries",
            .. Carries.Select(v => v.ToString("x", CultureInfo.InvariantCulture)),
        ]);

    /// <summary>The bytes of its file, with a checksum at the end.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            writer.Write(Progress.Step);
            writer.Write(Progress.Epoch);
            writer.Write(Progress.StepInEpoch);
            writer.Write(Progress.EpochLoss.Sum);
            writer.Write(Progress.EpochLoss.Count);
            writer.Write(Progress.EpochLoss.Correct);
            writer.Write(Progress.IsStoppedEarly);
            writer.Write(Progress.PolicyState);
            Write(writer, State);
            Write(writer, Carries);
            writer.Write((int)Reason);
            writer.Write(IsBest);
            writer.Flush();
            writer.Write(Checksum(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        }

        return stream.ToArray();
    }

    /// <summary>Reads the bytes of a file; null when the checksum does not hold.</summary>
    public static ExactCheckpoint? TryParse(byte[] bytes)
    {
        int length = bytes.Length - ChecksumLength;
        if (length < 0
            || BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(length)) != Checksum(bytes.AsSpan(0, length)))
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var progress = new JobProgress
        {
            Step = reader.ReadInt64(),
            Epoch = reader.ReadInt32(),
            StepInEpoch = reader.ReadInt32(),
            EpochLoss = new LossTotal(reader.ReadDouble(), reader.ReadInt64(), reader.ReadInt64()),
            IsStoppedEarly = reader.ReadBoolean(),
            PolicyState = reader.ReadString(),
        };
        return new ExactCheckpoint(
            progress, ReadValues(reader), ReadValues(reader), (CheckpointReason)reader.ReadInt32(), reader.ReadBoolean());
    }

    private static void Write(BinaryWriter writer, long[] values)
    {
        writer.Write(values.Length);
        foreach (long value in values)
            writer.Write(value);
    }

    private static long[] ReadValues(BinaryReader reader)
    {
        var values = new long[reader.ReadInt32()];
        for (int i = 0; i < values.Length; i++)
            values[i] = reader.ReadInt64();
        return values;
    }

    // FNV-1a: sees every flipped bit and every cut; nobody forges checkpoints here.
    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte value in bytes)
            hash = (hash ^ value) * 0x100000001B3;
        return hash;
    }
}
