using System.CommandLine;
using System.Globalization;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Output;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Models;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Models.Reference;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Inference;
using AkkaLstm.Training.Plans;
using Spectre.Console;

namespace AkkaLstm.Cli.Commands;

/// <summary>
/// <c>gradient-flow</c>: how far back in time a loss is felt, for cells as they start or a model before and after
/// training.
/// </summary>
internal static class GradientFlowCommand
{
    private const int DefaultWindow = 100;
    private const int DefaultHidden = 32;
    private const int InputSize = 8;
    private const int Lanes = 8;
    private const int MostWindow = 10_000;
    private const int MostHidden = 512;

    private static readonly CellKind[] DefaultCells = [CellKind.Rnn, CellKind.Lstm1997, CellKind.Lstm, CellKind.Gru];

    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var command = new CliCommand(
            "gradient-flow", "Show how a gradient fades or grows on its way back in time.")
        {
            Details = "The loss stands at the last time step alone; the table and the chart have the norm of its gradient by the "
                + "output h, and by the state c where there is one, against the distance in time. Without MODEL: cells as training "
                + "would start them. With MODEL: its own plan's start and what training made of it. Inputs are random.",
            Examples =
            [
                new("gradient-flow --cell rnn,lstm --plot flow.svg", "the vanishing gradient and its cure"),
                new("gradient-flow --cell lstm --forget-bias -2", "what the forget gate takes away"),
                new("gradient-flow runs/RUN", "a model before and after training"),
            ],
        };
        var model = new Argument<string?>("MODEL")
        {
            Description = "a run directory, a checkpoint or an exported file; without it, cells that were not trained",
            Arity = ArgumentArity.ZeroOrOne,
        };
        CliOption<IReadOnlyList<string>?> cells = Values.Names(
            "--cell", OptionGroup.Command,
            $"cells to compare (default: {string.Join(",", DefaultCells.Select(ChoiceNames.NameOf))})", "A,B,..");
        CliOption<int?> window = Values.Int(
            "--window", OptionGroup.Command, $"time steps (default: {DefaultWindow})");
        CliOption<int?> hidden = Values.Int(
            "--hidden", OptionGroup.Command, $"hidden units (default: {DefaultHidden})");
        CliOption<double?> forgetBias = Values.Number(
            "--forget-bias", OptionGroup.Command, "start value of the forget gates' bias (default: 1)");
        CliOption<long?> seed = Values.Long("--seed", OptionGroup.Command, "seed of parameters and inputs (default: 1)");
        CliOption<string?> plot = Values.Text("--plot", OptionGroup.Command, "write a chart, SVG", "FILE");
        command.Arguments.Add(model);
        foreach (Option option in (Option[])[cells, window, hidden, forgetBias, seed, plot])
            command.Options.Add(option);
        return new CliEntry(command, context =>
        {
            ParseResult parsed = context.Parsed;
            int steps = Within("--window", parsed.GetValue(window) ?? DefaultWindow, MostWindow);
            ulong start = parsed.GetValue(seed) is not { } given ? 1
                : given >= 0 ? (ulong)given
                : throw new BadInputException($"--seed: {given} is too small; use 0 or more");
            List<FlowCurve> curves = [];
            if (parsed.GetValue(model) is { } path)
            {
                if (((object?)parsed.GetValue(cells) ?? parsed.GetValue(hidden) ?? (object?)parsed.GetValue(forgetBias)) is not null)
                    throw new BadInputException("--cell, --hidden, --forget-bias: MODEL has its own; leave them out");
                AddModel(curves, ModelArgument.Open(context, path), steps, start);
            }
            else
            {
                int size = Within("--hidden", parsed.GetValue(hidden) ?? DefaultHidden, MostHidden);
                foreach (CellKind cell in Cells(parsed.GetValue(cells)))
                    AddCell(curves, cell, size, parsed.GetValue(forgetBias) ?? 1, steps, start);
            }

            if (parsed.GetValue(plot) is { } file)
                OutputFile.WriteText("--plot", file, FlowChart.Draw("norm of the gradient, 1 at the loss", curves));
            if (context.IsJson)
                context.WriteJson(new { Window = steps, Curves = curves.Select(curve => new { Name = FlowChart.Label(curve), curve.Norms }) });
            else
                Write(context.Console, curves, steps);
            return Task.FromResult(ExitCode.Done);
        });
    }

    private static IEnumerable<CellKind> Cells(IReadOnlyList<string>? names) =>
        names is null ? DefaultCells : names.Select(name => ChoiceNames.Parse<CellKind>(name, "--cell"));

    private static void AddCell(List<FlowCurve> curves, CellKind cell, int hidden, double forgetBias, int steps, ulong seed)
    {
        var spec = new ModelSpec
        {
            Input = InputKind.Values,
            InputSize = InputSize,
            Cell = cell,
            HiddenSize = hidden,
            ProjectionSize = cell == CellKind.LstmProjected ? Math.Max(1, hidden / 2) : 0,
            ModuleCount = cell == CellKind.Clockwork ? Math.Min(hidden, 5) : 0,
            OutputSize = 1,
            Loss = LossKind.SquaredError,
        };
        Add(curves, ChoiceNames.NameOf(cell), spec, Start(spec, new InitOptions { ForgetBias = (float)forgetBias }, seed), steps, seed);
    }

    private static void AddModel(List<FlowCurve> curves, ModelFile file, int steps, ulong seed)
    {
        TrainingPlan plan = file.Card.Plan;
        if (file.Model.Direction != LayerDirection.Forward)
            throw new BadInputException($"{file.Source}: its layers go both ways; give a model whose layers go forward");
        Add(curves, "before training", file.Model, Start(file.Model, plan.ToInitOptions(), plan.Seed), steps, seed);
        Add(curves, "after training", file.Model, file.Parameters.Span, steps, seed);
    }

    private static float[] Start(ModelSpec spec, InitOptions options, ulong seed)
    {
        var layout = ParameterLayout.For(spec);
        var parameters = new float[layout.TotalLength];
        Initializer.Fill(layout, options, seed, parameters);
        return parameters;
    }

    private static void Add(
        List<FlowCurve> curves, string name, ModelSpec spec, ReadOnlySpan<float> parameters, int steps, ulong seed)
    {
        GradientFlow flow = GradientFlow.Measure(spec, parameters, steps, Lanes, seed);
        curves.Add(new FlowCurve(name, flow.Output, IsState: false));
        if (flow.State is { } state)
            curves.Add(new FlowCurve(name, state, IsState: true));
    }

    private static int Within(string option, int value, int most) => value >= 2 && value <= most
        ? value
        : throw new BadInputException($"{option}: {value} is out of range; use a number from 2 to {most}");

    private static void Write(CliConsole console, List<FlowCurve> curves, int steps)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumn(new TableColumn(new Text("steps back")).RightAligned());
        foreach (FlowCurve curve in curves)
            table.AddColumn(new TableColumn(new Text(FlowChart.Label(curve))).RightAligned());
        foreach (int distance in Distances(steps))
        {
            string[] cells = [.. curves.Select(curve => curve.Norms[distance].ToString("0.0e+00", CultureInfo.InvariantCulture))];
            table.AddRow([new Text(distance.ToString(CultureInfo.InvariantCulture)), .. cells.Select(cell => new Text(cell))]);
        }

        SpectreConsoles.ForOut(console).Write(table);
    }

    /// <summary>0, 1, 2, 5, 10, 20, ... and the last.</summary>
    private static IEnumerable<int> Distances(int steps)
    {
        yield return 0;
        for (int power = 1; power < steps - 1; power *= 10)
        {
            foreach (int distance in new[] { power, 2 * power, 5 * power }.Where(distance => distance < steps - 1))
                yield return distance;
        }

        yield return steps - 1;
    }
}
