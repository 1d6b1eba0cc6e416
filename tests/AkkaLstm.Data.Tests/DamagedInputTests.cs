using System.Text;
using AkkaLstm.Data.Classification;
using AkkaLstm.Data.Forecasting;
using AkkaLstm.Data.Text;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Random;

namespace AkkaLstm.Data.Tests;

/// <summary>Whatever is in a file, it is either read or refused with one line: no other exception leaves the readers.</summary>
public sealed class DamagedInputTests : IDisposable
{
    private const ulong Seed = 20_240;
    private const int Rounds = 400;
    private readonly TempFiles _files = new();

    private static readonly string Table =
        "month,a,\"b c\"\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{2000 + i}-01,{i}.5,\"{i * i}\"\n"));

    private static readonly string Rows =
        "sequence,label,a,\"b c\"\n" + string.Concat(Enumerable.Range(0, 80).Select(i => $"s{i / 2},{(i / 2 % 2 == 0 ? "x" : "y")},{i}.5,\"{i * i}\"\n"));

    private static readonly string Lines =
        string.Concat(Enumerable.Range(0, 40).Select(i => $$"""{"label": "{{(i % 2 == 0 ? "x" : "y")}}", "sequence": [[{{i}}, 2.5], [1, {{i}}]]}""" + "\n"));

    public static TheoryData<DataTask, string> Files => new()
    {
        { DataTask.Forecast, Table }, { DataTask.CharLm, Table }, { DataTask.WordLm, Table }, { DataTask.Classify, Rows }, { DataTask.Classify, Lines },
    };

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_RandomlyDamagedFile_IsReadOrRefusedInOneLine(DataTask task, string file)
    {
        byte[] whole = Encoding.UTF8.GetBytes(file);
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string path = _files.Write("data.bin", Damage(whole, round));
            refused += IsRefused(round, () =>
            {
                DataSet data = DataSets.Open(new DataOptions { Data = path, Task = task, Window = 3, Batch = 4, Horizon = 2 });
                foreach (DataSplit split in Enum.GetValues<DataSplit>().Where(data.Has))
                    Windows.Lanes(data.Source(split), 0, 0, 4);
            }) ? 1 : 0;
        }

        // Damage must have struck, and must not always be fatal, or nothing was tried.
        Assert.InRange(refused, 1, Rounds - 1);
    }

    [Fact]
    public void Parse_RandomlyDamagedArtifacts_IsReadOrRefusedInOneLine()
    {
        var artifacts = new DataArtifacts(
            new Normalizer([new("a", 1, 2)], [new("a", 1, 2)]), new Vocabulary(VocabularyKind.Words, ["a", "b", "<unk>"]))
        { Classification = new SequenceEncoding(["x", "y"], [new("a", 1, 2)], null) };
        byte[] whole = Encoding.UTF8.GetBytes(artifacts.ToJson());
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            string json = Encoding.UTF8.GetString(Damage(whole, round));
            refused += IsRefused(round, () => DataArtifacts.Parse(json, "artifacts.json")) ? 1 : 0;
        }

        Assert.InRange(refused, 1, Rounds - 1);
    }

    private static bool IsRefused(int round, Action read)
    {
        try
        {
            read();
            return false;
        }
        catch (BadInputException e)
        {
            Assert.False(e.Message.AsSpan().ContainsAny('\r', '\n'), $"Round {round} of seed {Seed}: {e.Message}");
            return true;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Round {round} of seed {Seed}.", e);
        }
    }

    /// <summary>One to three changes: a byte replaced, a piece cut out, a piece repeated, the end cut off.</summary>
    private static byte[] Damage(byte[] whole, int round)
    {
        RandomStream random = new RandomKey(Seed, RandomPurpose.SyntheticData, round).OpenStream();
        List<byte> bytes = [.. whole];
        byte[] telling = "\",;\n\r\0 {}[]eE+-.NaN\u00ff"u8.ToArray();
        for (int change = random.NextInt32(3); change >= 0 && bytes.Count > 1; change--)
        {
            int place = random.NextInt32(bytes.Count);
            int length = Math.Min(1 + random.NextInt32(12), bytes.Count - place);
            switch (random.NextInt32(5))
            {
                case 0:
                    bytes[place] = (byte)random.NextInt32(256);
                    break;
                case 1:
                    bytes[place] = telling[random.NextInt32(telling.Length)];
                    break;
                case 2:
                    bytes.RemoveRange(place, length);
                    break;
                case 3:
                    bytes.InsertRange(place, bytes.GetRange(place, length));
                    break;
                default:
                    bytes.RemoveRange(place, bytes.Count - place);
                    break;
            }
        }

        return [.. bytes];
    }
}
