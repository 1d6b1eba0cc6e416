namespace AkkaLstm.Cli.Tests.Commands;

/// <summary>Two runs that many tests only look at.</summary>
public sealed class TrainedRuns : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public string Csv { get; private set; } = "";

    public string Forecast { get; private set; } = "";

    public string Text { get; private set; } = "";

    public string Sequences { get; private set; } = "";

    public string Classes { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Csv = _directory.Write("load.csv", Samples.Csv());
        Forecast = _directory.File("forecast");
        Text = _directory.File("text");
        string book = _directory.Write("book.txt", Samples.Text());
        (await CliRun.OfAsync(["train", "--data", Csv, "--out", Forecast, .. Samples.ForecastJob]))
            .AssertDone();
        (await CliRun.OfAsync(["train", "--data", book, "--out", Text, .. Samples.TextJob])).AssertDone();
        Sequences = _directory.Write("slopes.csv", Samples.Sequences());
        Classes = _directory.File("classes");
        (await CliRun.OfAsync(["train", "--data", Sequences, "--out", Classes, .. Samples.ClassifyJob])).AssertDone();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _directory.Dispose();
}
