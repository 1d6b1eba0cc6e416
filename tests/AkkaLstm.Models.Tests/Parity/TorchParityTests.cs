using System.ComponentModel;
using System.Diagnostics;
using AkkaLstm.Models.Formats;
using AkkaLstm.Models.Tests.Support;
using AkkaLstm.Numerics.Batches;
using Xunit.Abstractions;

namespace AkkaLstm.Models.Tests.Parity;

public class TorchParityTests(ITestOutputHelper output)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Parity");

    /// <summary>A Python that can import torch; null where there is none.</summary>
    internal static readonly Lazy<string?> TorchPython = new(() =>
        new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(python => Run(python, "-c", "import torch").ExitCode == 0));

    [Theory]
    [InlineData("tokens-1")]
    [InlineData("tokens-2")]
    [InlineData("values-1")]
    [InlineData("values-2")]
    [InlineData("gru-1")]
    [InlineData("gru-2")]
    [InlineData("rnn-1")]
    [InlineData("rnn-2")]
    [InlineData("rnn-relu-1")]
    [InlineData("rnn-relu-2")]
    [InlineData("lstm-3")]
    [InlineData("lstm-projected-1")]
    [InlineData("lstm-projected-2")]
    [InlineData("lstm-both-1")]
    [InlineData("lstm-both-2")]
    [InlineData("lstm-both-projected-2")]
    [InlineData("lstm-quantile-1")]
    [InlineData("lstm-attention-1")]
    [InlineData("gru-attention-2")]
    [InlineData("lstm-both-attention-2")]
    public void ForwardBackward_CommittedStep_AgreesWithPyTorch(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(Folder, name + ".safetensors"));
        (ModelSpec spec, float[] parameters, SequenceBatch batch, float[] carry) = TorchStep.Read(file);
        double worst = TorchStep.Compare(spec, parameters, batch, carry, file);
        output.WriteLine($"{name}: largest max |a - b| / max |a| over loss, state and gradients: {worst:E2}");
    }

    [TorchTheory]
    [InlineData("tokens", 1, CellKind.Lstm)]
    [InlineData("tokens", 2, CellKind.Lstm)]
    [InlineData("values", 1, CellKind.Lstm)]
    [InlineData("values", 3, CellKind.Lstm)]
    [InlineData("tokens", 3, CellKind.Gru)]
    [InlineData("values", 3, CellKind.Rnn)]
    [InlineData("tokens", 2, CellKind.RnnRelu)]
    [InlineData("tokens", 3, CellKind.LstmProjected)]
    [InlineData("tokens", 3, CellKind.Lstm, LayerDirection.Both)]
    [InlineData("values", 2, CellKind.LstmProjected, LayerDirection.Both)]
    [InlineData("tokens", 2, CellKind.Lstm, LayerDirection.Forward, AttentionKind.Additive)]
    [InlineData("values", 1, CellKind.Lstm, LayerDirection.Both, AttentionKind.Additive)]
    public void ForwardBackward_LiveStep_AgreesWithPyTorch(
        string kind, int layers, CellKind cell, LayerDirection direction = LayerDirection.Forward,
        AttentionKind attention = AttentionKind.None)
    {
        string python = TorchPython.Value!;
        ModelSpec spec = kind == "tokens"
            ? TestModels.Tokens(vocabulary: 301, embedding: 50, hidden: 70, layers)
            : TestModels.Values(inputs: 9, hidden: 70, layers, outputs: 3);
        spec = TestModels.OfCell(spec, cell) with { Direction = direction, Attention = attention };
        float[] parameters = TestModels.RandomParameters(spec, seed: layers, scale: 0.15f);
        SequenceBatch batch = TestModels.RandomBatch(spec, timeSteps: 20, lanes: 10, seed: 2, ignored: 0.1, resets: 0);
        float[] carry = TestModels.RandomFloats(10 * spec.CarryLength, seed: 3);
        string folder = Directory.CreateTempSubdirectory("akkalstm-parity-").FullName;
        try
        {
            string input = Path.Combine(folder, "in.safetensors");
            string results = Path.Combine(folder, "out.safetensors");
            Safetensors.Write(input, TorchStep.Describe(spec, parameters, batch, carry));
            (int exitCode, string error) = Run(python, Path.Combine(Folder, "make_fixture.py"), input, results);
            Assert.True(exitCode == 0, error);
            using SafetensorsFile file = SafetensorsFile.Open(results);
            double worst = TorchStep.Compare(spec, parameters, batch, carry, file);
            output.WriteLine($"{cell}, {direction}, {kind}, {layers} layers: largest max |a - b| / max |a|: {worst:E2}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (int ExitCode, string Error) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) 
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> standardOutput = process.StandardOutput.ReadToEndAsync();
            string error = process.StandardError.ReadToEnd();
            standardOutput.Wait();
            process.WaitForExit();
            return (process.ExitCode, error);
        }
        catch (Win32Exception e)
        {
            return (-1, e.Message);
        }
    }
}
