using System.Globalization;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Training.Plans;
using Spectre.Console;

namespace AkkaLstm.Cli.Bench;

/// <summary>Prints measurements for people, section by section as they come.</summary>
internal sealed class BenchTables(CliConsole console)
{
    private readonly IAnsiConsole _ansi = SpectreConsoles.ForOut(console);

    /// <summary>Prints the peak.</summary>
    public void Write(Sample fmaGflops) =>
        console.Out.WriteLine($"fused multiply-add peak of one core: {Spread(fmaGflops, "0")} GFLOP/s");

    /// <summary>Prints products.</summary>
    public void Write(IReadOnlyList<GemmSpeed> speeds)
    {
        Table table = NewTable("product, one thread: M,N,K", "GFLOP/s", "min..max", "% of peak", "min..max");
        foreach (GemmSpeed speed in speeds)
        {
            Sample percent = speed.PeakShare.Map(share => 100 * share);
            Row(
                table, $"{speed.Shape}", Number(speed.Gflops, "0.0"), Range(speed.Gflops, "0"),
                Number(percent, "0"), Range(percent, "0"));
        }

        _ansi.Write(table);
    }

    /// <summary>Prints passes over memory.</summary>
    public void Write(IReadOnlyList<ElementwiseSpeed> speeds)
    {
        Table table = NewTable("pass, one thread", "billion elements/s", "min..max");
        foreach (ElementwiseSpeed speed in speeds)
            Row(table, speed.Operation, Number(speed.GigaElements, "0.00"), Range(speed.GigaElements, "0.00"));
        _ansi.Write(table);
    }

    /// <summary>Prints steps.</summary>
    public void Write(IReadOnlyList<StepSpeed> speeds)
    {
        Table table = NewTable("training step, one thread: B,T,I,H,L", "ms", "min..max", "GFLOP/s");
        foreach (StepSpeed speed in speeds)
            Row(
                table, $"{speed.Shape}", Number(speed.Ms, "0.00"), Range(speed.Ms, "0.00"),
                Number(speed.Gflops, "0.0"));
        _ansi.Write(table);
    }

    /// <summary>Prints cells.</summary>
    public void Write(IReadOnlyList<CellSpeed> speeds)
    {
        Table table = NewTable(
            "one thread: B,T,I,H,L", "cell", "GFLOP/s", "beside lstm", "min..max");
        foreach (CellSpeed speed in speeds)
        {
            Row(
                table, $"{speed.Shape}", ChoiceNames.NameOf(speed.Cell), Number(speed.Gflops, "0.0"),
                Number(speed.BesideLstm, "0.00"), Range(speed.BesideLstm, "0.00"));
        }

        _ansi.Write(table);
    }

    /// <summary>Prints scaling.</summary>
    public void Write(IReadOnlyList<ScalingSpeed> speeds)
    {
        string many = $"{speeds[0].Workers} workers, ms";
        Table table = NewTable(
            "whole training step: B,T,E,H,L", "1 worker, ms", many, "times as fast", "min..max");
        foreach (ScalingSpeed speed in speeds)
        {
            Row(
                table, $"{speed.Shape}", Number(speed.OneMs, "0.0"), Number(speed.ManyMs, "0.0"),
                Number(speed.Speedup, "0.00"),
                Range(speed.Speedup, "0.00"));
        }

        _ansi.Write(table);
    }

    /// <summary>Prints transfers.</summary>
    public void Write(IReadOnlyList<WireSpeed> speeds)
    {
        Table table = NewTable(
            "one way over loopback", "GB/s of float32", "min..max", "ping beside, ms", "min..max", "CPU s per GB");
        foreach (WireSpeed speed in speeds)
        {
            Row(
                table, $"{speed.MebibytesEach} MiB as {ChoiceNames.NameOf(speed.Element)}",
                Number(speed.GigabytesPerSecond, "0.00"), Range(speed.GigabytesPerSecond, "0.00"),
                Number(speed.PingMs, "0.00"), Range(speed.PingMs, "0.00"),
                Number(speed.CpuSecondsPerGigabyte, "0.00"));
        }

        _ansi.Write(table);
    }

    /// <summary>Prints steps beside the peer's.</summary>
    public void Write(string peer, IReadOnlyList<PeerSpeed> speeds)
    {
        console.Out.WriteLine(
            $"beside {peer}, one thread each, in turn; ratios are the median of the turns' own");
        Table table = NewTable("cell, B,T,I,H,L", "AkkaLstm, ms", "PyTorch, ms", "times as fast", "min..max");
        foreach (PeerSpeed speed in speeds)
        {
            Row(
                table, $"{ChoiceNames.NameOf(speed.Cell)}, {speed.Shape}", Number(speed.OwnMs, "0.00"),
                Number(speed.PeerMs, "0.00"), Number(speed.Speedup, "0.00"), Range(speed.Speedup, "0.00"));
        }

        _ansi.Write(table);
    }

    private static Table NewTable(string first, params string[] numbers)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(new TableColumn(new Text(first)));
        foreach (string name in numbers)
            table.AddColumn(new TableColumn(new Text(name)).RightAligned());
        return table;
    }

    private static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(c => new Text(c)));

    private static string Number(Sample sample, string format) =>
        sample.Median.ToString(format, CultureInfo.InvariantCulture);

    private static string Range(Sample sample, string format) =>
        sample.Min.ToString(format, CultureInfo.InvariantCulture) + ".."
            + sample.Max.ToString(format, CultureInfo.InvariantCulture);

    private static string Spread(Sample sample, string format) =>
        $"{Number(sample, format)} ({Range(sample, format)})";
}
