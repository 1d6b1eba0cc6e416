using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using AkkaLstm.Models;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Bench;

/// <summary>
/// PyTorch in a child process that runs one training step when asked, so that the two programs take turns on
/// the same core and never run at once.
/// </summary>
internal sealed class TorchPeer : IDisposable
{
    private const string ScriptName = "torch_peer.py";
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromMinutes(2);
    private static readonly string[] UsualPythons = ["python3", "/usr/bin/python3"];

    private readonly Process _process;

    private TorchPeer(Process process, string description, double productGflops)
    {
        _process = process;
        Description = description;
        ProductGflops = productGflops;
    }

    /// <summary>Versions, such as "PyTorch 1.13.1, Python 3.11.2".</summary>
    public string Description { get; }

    /// <summary>Speed of its matrix product, GFLOP/s: tells an optimised BLAS from the reference one.</summary>
    public double ProductGflops { get; }

    /// <summary>Starts the first Python that has torch.</summary>
    /// <param name="python">The Python to use; null tries the usual ones.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="BadInputException">There is none; the message says how to get one.</exception>
    public static async Task<TorchPeer> StartAsync(string? python, CancellationToken stop)
    {
        string[] candidates = python is null ? UsualPythons : [python];
        foreach (string candidate in candidates)
        {
            if (await TryStartAsync(candidate, stop) is { } peer)
                return peer;
        }

        throw new BadInputException(python is null
            ? "--peer torch: neither python3 nor /usr/bin/python3 has torch; install it (Debian: apt-get "
                + "install python3-torch) "
                + "or name a Python that has it with --python PATH"
            : $"--python {python}: cannot be started or has no torch; name a Python that has it (Debian: "
                + $"apt-get install python3-torch, "
                + "then --python /usr/bin/python3)");
    }

    /// <summary>Cells that PyTorch has.</summary>
    public static IReadOnlyList<CellKind> Cells { get; } = [CellKind.Lstm, CellKind.LstmProjected, CellKind.Gru, CellKind.Rnn];

    /// <summary>Has the peer run steps.</summary>
    /// <returns>Mean milliseconds of a step, by the peer's own clock.</returns>
    public async Task<double> MeasureMsAsync(CellKind cell, LstmShape shape, int steps, CancellationToken stop)
    {
        var request = new
        {
            cell = ChoiceNames.NameOf(cell), b = shape.B, t = shape.T, i = shape.I, h = shape.H, l = shape.L, steps,
        };
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request).AsMemory(), stop);
        await _process.StandardInput.FlushAsync(stop);
        JsonElement answer = await ReadAsync(_process, AnswerDeadline, stop)
            ?? throw new IOException(
                "the PyTorch process ended without an answer; run its Python by hand to see why");
        return answer.GetProperty("ms").GetDouble();
    }

    /// <inheritdoc/>
    public void Dispose() => End(_process);

    private static async Task<TorchPeer?> TryStartAsync(string python, CancellationToken stop)
    {
        using var script = new StreamReader(typeof(TorchPeer).Assembly.GetManifestResourceStream(ScriptName)!);
        var start = new ProcessStartInfo(python, ["-c", await script.ReadToEndAsync(stop)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (string variable in (string[])["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"])
            start.Environment[variable] = "1";
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
            if (await ReadAsync(process, StartDeadline, stop) is { } hello
                && hello.TryGetProperty("torch", out JsonElement version))
            {
                return new TorchPeer(
                    process, $"PyTorch {version}, Python {hello.GetProperty("python")}",
                    hello.GetProperty("productGflops").GetDouble());
            }
        }
        catch (Exception e) when (e is Win32Exception or JsonException)
        {
            // No such program, or one that prints something else: not a Python with torch.
        }

        if (process is not null)
            End(process);
        return null;
    }

    private static async Task<JsonElement?> ReadAsync(
        Process process, TimeSpan deadline, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(deadline);
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(limit.Token);
            return line is null ? null : JsonDocument.Parse(line).RootElement;
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new IOException($"the PyTorch process did not answer within {deadline.TotalSeconds:0} s", e);
        }
    }

    private static void End(Process process)
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
