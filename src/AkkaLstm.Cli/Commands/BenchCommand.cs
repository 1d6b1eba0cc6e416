using System.CommandLine;
using AkkaLstm.Cli.Bench;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Models;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Gemm;
using AkkaLstm.Training.Plans;
using AkkaLstm.Wire.Messages;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>bench</c>: kernels and steps on this machine, alone or beside PyTorch.</summary>
internal static class BenchCommand
{
    private const int DefaultRepetitions = 9;
    private const string OnlyPeer = "torch";

    /// <summary>What can be measured.</summary>
    internal enum Section
    {
        /// <summary>The core's peak.</summary>
        Fma,

        /// <summary>Products.</summary>
        Gemm,

        /// <summary>Passes over memory.</summary>
        Elementwise,

        /// <summary>Training steps.</summary>
        Step,

        /// <summary>Training steps of every cell.</summary>
        Cells,

        /// <summary>Whole training by workers.</summary>
        Workers,

        /// <summary>Bulk values over a connection.</summary>
        Wire,

        /// <summary>Training steps beside the peer's.</summary>
        Peer,
    }

    private static readonly Section[] OwnSections =
        [Section.Fma, Section.Gemm, Section.Elementwise, Section.Step, Section.Cells, Section.Workers, Section.Wire];

    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand(
            "bench", "Measure kernels and training steps on this machine, alone or beside PyTorch.")
        {
            Details = "Every figure is a median over repetitions after a warm-up, with the smallest and "
                + "largest beside it. What is compared is measured in turn, because processors change "
                + "their clock. Stop other work on the machine first.",
            Examples =
            [
                new("bench", "everything of our own, about three minutes"),
                new("bench --sections gemm,step", "products and steps only"),
                new(
                    "bench --peer torch --python /usr/bin/python3",
                    "the same training steps beside PyTorch's, in turn"),
            ],
        };
        CliOption<IReadOnlyList<string>?> sections = Values.Names(
            "--sections", OptionGroup.Command,
            $"what to measure: {string.Join(", ", OwnSections.Select(ChoiceNames.NameOf))} (default: all, with "
                + "--peer only that)", "A,B,..");
        CliOption<string?> peer = Values.Text(
            "--peer", OptionGroup.Command, "measure a peer's training steps in turn with ours", OnlyPeer);
        CliOption<string?> python = Values.Text(
            "--python", OptionGroup.Command,
            "the Python that has torch (default: python3, then /usr/bin/python3)", "PATH");
        CliOption<int?> repetitions = Values.Int(
            "--repetitions", OptionGroup.Command,
            $"measurements of each figure (default: {DefaultRepetitions})");
        CliOption<int?> workers = Values.Int(
            "--workers", OptionGroup.Command, "workers of the section workers, held against one (default: 2)");
        foreach (Option option in (Option[])[sections, peer, python, repetitions, workers])
            command.Options.Add(option);
        return new CliEntry(command, context =>
        {
            ParseResult parsed = context.Parsed;
            if (parsed.GetValue(peer) is { } name && name != OnlyPeer)
                throw new BadInputException($"--peer: '{name}' is not known; use {OnlyPeer}");
            return RunAsync(context, new Request(
                Sections(parsed.GetValue(sections), parsed.GetValue(peer) is not null),
                Positive("--repetitions", parsed.GetValue(repetitions) ?? DefaultRepetitions),
                Positive("--workers", parsed.GetValue(workers) ?? 2),
                parsed.GetValue(python)));
        });
    }

    private static HashSet<Section> Sections(IReadOnlyList<string>? names, bool hasPeer)
    {
        HashSet<Section> sections =
            names is not null ? [.. names.Select(name => ChoiceNames.Parse<Section>(name, "--sections"))]
            : hasPeer ? []
            : [.. OwnSections];
        if (sections.Contains(Section.Peer) && !hasPeer)
            throw new BadInputException($"--sections: peer needs --peer {OnlyPeer}");
        if (hasPeer)
            sections.Add(Section.Peer);
        return sections;
    }

    private static int Positive(string option, int value) => value is >= 1 and <= 1000
        ? value
        : throw new BadInputException($"{option}: {value} is out of range; use a number from 1 to 1000");

    private static async Task<int> RunAsync(CommandContext context, Request request)
    {
        CancellationToken stop = context.Interrupts.Token;
        var report = new BenchReport();
        BenchTables? tables = context.IsJson ? null : new BenchTables(context.Console);
        using TorchPeer? peer =
            request.Has(Section.Peer) ? await TorchPeer.StartAsync(request.Python, stop) : null;
        if (request.Has(Section.Fma))
        {
            report.FmaGflops = KernelBenchmarks.Fma(request.Repetitions);
            tables?.Write(report.FmaGflops);
        }

        if (request.Has(Section.Gemm))
        {
            report.Gemm = [.. GemmShape.Standard.Select(
                s => KernelBenchmarks.Gemm(s, request.Repetitions, stop))];
            tables?.Write(report.Gemm);
        }

        if (request.Has(Section.Elementwise))
        {
            report.Elementwise = [.. KernelBenchmarks.Elementwise(request.Repetitions, stop)];
            tables?.Write(report.Elementwise);
        }

        if (request.Has(Section.Step))
        {
            report.Step = [.. LstmShape.Standard.Select(s => StepBenchmarks.Own(s, request.Repetitions, stop))];
            tables?.Write(report.Step);
        }

        if (request.Has(Section.Cells))
        {
            report.Cells = [.. CellBenchmarks.Shapes.SelectMany(_ => Enum.GetValues<CellKind>(), (shape, cell) =>
                CellBenchmarks.Measure(cell, shape, request.Repetitions, stop))];
            tables?.Write(report.Cells);
        }

        if (request.Has(Section.Workers))
        {
            // Whole trainings take seconds each; a third of the repetitions is enough for a median.
            int repetitions = Math.Max(1, (request.Repetitions + 2) / 3);
            report.Workers = [await WorkerScaling.MeasureAsync(
                LstmShape.Standard[^1], request.Workers, repetitions, stop)];
            tables?.Write(report.Workers);
        }

        if (request.Has(Section.Wire))
        {
            List<WireSpeed> speeds = [];
            foreach ((int mebibytes, ElementType element) in WireBenchmark.Standard)
                speeds.Add(await WireBenchmark.MeasureAsync(mebibytes, element, request.Repetitions, stop));
            report.Wire = speeds;
            tables?.Write(report.Wire);
        }

        if (peer is not null)
        {
            WarnOfSlowPeer(context, peer);
            List<PeerSpeed> speeds = [];
            foreach (CellKind cell in TorchPeer.Cells)
            {
                foreach (LstmShape shape in LstmShape.Standard)
                {
                    context.Remark($"measuring {ChoiceNames.NameOf(cell)}, {shape} ...");
                    speeds.Add(await StepBenchmarks.BesideAsync(peer, cell, shape, request.Repetitions, stop));
                }
            }

            report.Peer = peer.Description;
            report.PeerProductGflops = peer.ProductGflops;
            report.BesidePeer = speeds;
            tables?.Write(peer.Description, speeds);
        }

        if (context.IsJson)
            context.WriteJson(report);
        return ExitCode.Done;
    }

    private static void WarnOfSlowPeer(CommandContext context, TorchPeer peer)
    {
        // OpenBLAS and MKL reach more than half of the peak, the reference BLAS a few percent.
        const double leastShareOfPeak = 0.2;
        if (peer.ProductGflops < leastShareOfPeak * FmaPeak.MeasureGflops())
        {
            context.Console.Error.WriteLine(
                $"warning: this PyTorch multiplies matrices at {peer.ProductGflops:0.0} GFLOP/s only, so its "
                    + $"BLAS is not an optimised one and "
                + "the ratios say little (Debian: apt-get install libopenblas0-pthread)");
        }
    }

    private sealed record Request(HashSet<Section> Sections, int Repetitions, int Workers, string? Python)
    {
        public bool Has(Section section) => Sections.Contains(section);
    }
}
