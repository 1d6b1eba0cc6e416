using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Runs;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Checkpoints;

public sealed class CheckpointStoreTests : IDisposable
{
    private static readonly string[] Moments = ["exp_avg", "exp_avg_sq"];
    private static readonly string[] AllFiles =
        ["manifest.json", "parameters.safetensors", "optimizer.safetensors", "carry.safetensors", "model.json"];

    private readonly TemporaryDirectory _directory = new();
    private readonly List<RunNotice> _notices = [];
    private readonly ModelCard _card = Fixtures.Card(Fixtures.SmallPlan());

    public void Dispose() => _directory.Dispose();

    private CheckpointStore Open(ModelCard? card = null) =>
        new(_directory["checkpoints"], card ?? _card, Moments, _notices.Add);

    private TrainingState State(float start) => Fixtures.State(_card, Moments.Length, start);

    private string Write(CheckpointStore store, long step, bool isBest = false) =>
        store.PathOf(store.Write(State(step), Fixtures.Progress(step), CheckpointReason.Interval, isBest));

    private string[] Names() =>
        [
            .. Directory.GetDirectories(_directory["checkpoints"]).Select(
                path => Path.GetFileName(path)!).Order(StringComparer.Ordinal),
        ];

    [Fact]
    public void Write_ThenLoad_GivesTheSameBitsAndProgress()
    {
        CheckpointStore store = Open();
        TrainingState state = State(1);
        JobProgress progress = Fixtures.Progress(123);

        string name = store.Write(state, progress, CheckpointReason.EpochEnd, isBest: true);

        Assert.Equal("step-00000123", name);
        Assert.Equal(
            AllFiles.Order(StringComparer.Ordinal),
            Directory.GetFiles(_directory["checkpoints/step-00000123"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        (string found, CheckpointManifest manifest) = Open().FindNewest()!.Value;
        Assert.Equal(name, found);
        Assert.Equal(progress, manifest.Progress);
        Assert.True(manifest.IsBest);
        TrainingState loaded = Open().Load(found);
        Assert.Equal(state.Parameters, loaded.Parameters);
        Assert.Equal(state.Moments, loaded.Moments);
        Assert.Equal(state.Carry, loaded.Carry);
    }

    [Fact]
    public void Write_Many_KeepsTheNewestThreeAndTheBest()
    {
        CheckpointStore store = Open();
        foreach (int step in (int[])[1, 2, 3, 4, 5, 6, 7]) Write(store, step, isBest: step is 2 or 3);

        Assert.Equal(["step-00000003", "step-00000005", "step-00000006", "step-00000007"], Names());
        Assert.Equal("step-00000003", store.FindBest()!.Value.Name);
        Assert.Equal("step-00000007", store.FindNewest()!.Value.Name);
    }

    [Fact]
    public void FindBest_NoneWasBest_IsTheNewest()
    {
        CheckpointStore store = Open();
        Write(store, 1);
        Write(store, 2);

        Assert.Equal("step-00000002", store.FindBest()!.Value.Name);
    }

    [Fact]
    public void Write_SameStepAgain_StaysTheBest()
    {
        CheckpointStore store = Open();
        Write(store, 5, isBest: true);
        store.Write(State(5), Fixtures.Progress(5) with { Epoch = 2 }, CheckpointReason.Final, isBest: false);

        CheckpointManifest manifest = store.FindNewest()!.Value.Manifest;

        Assert.Equal((true, 2, CheckpointReason.Final), (manifest.IsBest, manifest.Progress.Epoch, manifest.Reason));
        Assert.Equal(["step-00000005"], Names());
    }

    [Fact]
    public void Write_OverADamagedOne_ReplacesIt()
    {
        CheckpointStore store = Open();
        Damage(Path.Combine(Write(store, 5), "carry.safetensors"), fraction: 0.9);

        Write(store, 5);

        Assert.NotNull(store.FindNewest());
        Assert.Empty(_notices);
    }

    [Fact]
    public void Write_BelowDamagedOnes_StaysUntilThreeNewerAreThere()
    {
        CheckpointStore before = Open();
        foreach (int step in (int[])[400, 500, 600]) DamageParameters(Write(before, step));

        CheckpointStore store = Open();
        Assert.Null(store.FindNewest());
        foreach (int step in (int[])[50, 60, 70]) Write(store, step);
        Assert.Equal("step-00000070", Open().FindNewest()!.Value.Name);
        Write(store, 80);

        Assert.Equal(
            ["step-00000060", "step-00000070", "step-00000080", "step-00000400", "step-00000500", "step-00000600"], Names());
        Write(store, 450);
        Assert.Equal(["step-00000070", "step-00000080", "step-00000450", "step-00000500", "step-00000600"], Names());
    }

    [Fact]
    public void Write_BelowWholeOnes_LeavesThem()
    {
        CheckpointStore store = Open();
        foreach (int step in (int[])[4, 5, 6, 7]) Write(store, step, isBest: step is 5);

        Write(store, 1, isBest: true);

        Assert.Equal(["step-00000001", "step-00000005", "step-00000006", "step-00000007"], Names());
        Assert.Equal("step-00000005", store.FindBest()!.Value.Name);
    }

    [Fact]
    public void Write_AboveADamagedBest_KeepsTheWholeBestBeforeIt()
    {
        CheckpointStore before = Open();
        Write(before, 1, isBest: true);
        DamageParameters(Write(before, 2, isBest: true));

        CheckpointStore store = Open();
        foreach (int step in (int[])[3, 4, 5, 6]) Write(store, step);

        Assert.Equal("step-00000001", store.FindBest()!.Value.Name);
        Write(store, 7, isBest: true);
        Assert.Equal(["step-00000005", "step-00000006", "step-00000007"], Names());
    }

    [Fact]
    public void Write_AfterAnotherWasFoundDamaged_DoesNotCountThatOne()
    {
        CheckpointStore store = Open();
        foreach (int step in (int[])[1, 2, 3]) Write(store, step);
        DamageParameters(store.PathOf("step-00000002"));
        Assert.Throws<BadInputException>(() => store.Load("step-00000002"));

        Write(store, 4);

        Assert.Equal(["step-00000001", "step-00000003", "step-00000004"], Names());
    }

    [Fact]
    public void FindBest_DamagedAndNoOtherIsBest_SaysSoOnceAndTakesTheNewest()
    {
        CheckpointStore store = Open();
        Write(store, 1);
        DamageParameters(Write(store, 2, isBest: true));

        Assert.Equal("step-00000001", store.FindBest()!.Value.Name);
        Assert.Contains("step-00000002", Assert.Single(_notices).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void FindNewest_OtherFormat_IsRefusedAndNotPassedOver()
    {
        CheckpointStore store = Open();
        Write(store, 1);
        string manifest = Path.Combine(Write(store, 2), CheckpointManifest.FileName);
        File.WriteAllBytes(
            manifest,
            (CheckpointManifest.Parse(File.ReadAllBytes(manifest), manifest) with { FormatVersion = 2 }).ToBytes());

        var newest = Assert.Throws<OtherFormatException>(() => store.FindNewest());
        var best = Assert.Throws<OtherFormatException>(() => store.FindBest());

        Assert.StartsWith($"{manifest}: has format version 2 where this program reads 1", newest.Message, StringComparison.Ordinal);
        Assert.Equal(newest.Message, best.Message);
        Assert.Empty(_notices);
    }

    [Fact]
    public void Open_LeftoversOfAKilledProcess_AreRemoved()
    {
        Write(Open(), 1);
        Directory.CreateDirectory(Path.Combine(_directory["checkpoints"], ".tmp-step-00000002"));
        File.WriteAllText(
            Path.Combine(_directory["checkpoints"], ".tmp-step-00000002", "parameters.safetensors"), "half");

        CheckpointStore store = Open();

        Assert.Equal(["step-00000001"], Names());
        Assert.Equal(1, store.FindNewest()!.Value.Manifest.Progress.Step);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("step-")]
    [InlineData("step-1")]
    [InlineData("step-000000001")]
    [InlineData("step-00000001/")]
    [InlineData("step-00000001/../step-00000001")]
    [InlineData("../checkpoints/step-00000001")]
    [InlineData("/etc/passwd")]
    [InlineData("step-00000001\0")]
    [InlineData("step- 0000001")]
    [InlineData("step-+0000001")]
    [InlineData("step--0000001")]
    [InlineData("STEP-00000001")]
    [InlineData("step-99999999999999999999")]
    [InlineData("step-\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661")]
    public void Load_NameThatIsNoCheckpoints_IsRefused(string name)
    {
        CheckpointStore store = Open();
        Write(store, 1);

        Assert.Throws<BadInputException>(() => store.Load(name));
        Assert.Throws<BadInputException>(() => store.PathOf(name));
    }

    [Fact]
    public void PathOf_NameOfManySteps_IsTaken() =>
        Assert.EndsWith("step-123456789012", Open().PathOf("step-123456789012"), StringComparison.Ordinal);

    public static TheoryData<string, double> DamagedPlaces()
    {
        var places = new TheoryData<string, double>();
        foreach (string file in AllFiles)
        {
            foreach (double fraction in (double[])[0, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 1])
                places.Add(file, fraction);
        }

        return places;
    }

    [Theory]
    [MemberData(nameof(DamagedPlaces))]
    public void FindNewest_OneFlippedBit_NamesItAndTakesTheOlder(string file, double fraction)
    {
        CheckpointStore store = Open();
        Write(store, 1);
        string newest = Write(store, 2);
        Damage(Path.Combine(newest, file), fraction);

        Assert.Equal(1, store.FindNewest()!.Value.Manifest.Progress.Step);
        RunNotice notice = Assert.Single(_notices);
        Assert.Equal("checkpoint-skipped", notice.Name);
        Assert.Contains(newest, notice.Text, StringComparison.Ordinal);
        Assert.Throws<BadInputException>(() => store.Load(Path.GetFileName(newest)));
    }

    [Theory]
    [MemberData(nameof(DamagedPlaces))]
    public void FindNewest_TruncatedFile_NamesItAndTakesTheOlder(string file, double fraction)
    {
        CheckpointStore store = Open();
        Write(store, 1);
        string damaged = Path.Combine(Write(store, 2), file);
        using (FileStream stream = File.OpenWrite(damaged)) stream.SetLength((long)((stream.Length - 1) * fraction));

        Assert.Equal(1, store.FindNewest()!.Value.Manifest.Progress.Step);
        Assert.Single(_notices);
    }

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("parameters.safetensors")]
    [InlineData("model.json")]
    public void FindNewest_MissingFile_NamesItAndTakesTheOlder(string file)
    {
        CheckpointStore store = Open();
        Write(store, 1);
        File.Delete(Path.Combine(Write(store, 2), file));

        Assert.Equal(1, store.FindNewest()!.Value.Manifest.Progress.Step);
        Assert.Single(_notices);
    }

    [Fact]
    public void FindNewest_EveryOneDamaged_IsNull()
    {
        CheckpointStore store = Open();
        Damage(Path.Combine(Write(store, 1), "model.json"), 0.5);

        Assert.Null(store.FindNewest());
    }

    [Fact]
    public void FindNewest_OtherPlan_IsRefused()
    {
        Write(Open(), 1);

        var e = Assert.Throws<BadInputException>(() => Open(Fixtures.Card(Fixtures.SmallPlan(seed: 2))).FindNewest());

        Assert.Contains("belongs to other plan", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FindNewest_OtherData_IsRefused()
    {
        Write(Open(), 1);

        var e = Assert.Throws<BadInputException>(
            () => Open(Fixtures.Card(Fixtures.SmallPlan(), "other data")).FindNewest());

        Assert.Contains("belongs to other data", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_DirectoryThatCannotBeMade_IsAStorageException()
    {
        CheckpointStore store = Open();
        Write(store, 1);
        File.WriteAllText(Path.Combine(_directory["checkpoints"], ".tmp-step-00000002"), "in the way");

        var e = Assert.Throws<StorageException>(() => Write(store, 2));

        Assert.Contains("step-00000002: cannot be written", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, store.FindNewest()!.Value.Manifest.Progress.Step);
    }

    private static void DamageParameters(string checkpoint) =>
        Damage(Path.Combine(checkpoint, CheckpointStore.ParametersName), fraction: 0.9);

    /// <summary>Flips the lowest bit of the byte at a fraction of the file.</summary>
    private static void Damage(string path, double fraction)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[(int)((bytes.Length - 1) * fraction)] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
