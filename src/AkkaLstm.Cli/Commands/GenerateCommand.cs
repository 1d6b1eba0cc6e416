using System.CommandLine;
using AkkaLstm.Cli.Hosting;
using AkkaLstm.Cli.Parsing;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Inference;

namespace AkkaLstm.Cli.Commands;

/// <summary><c>generate MODEL</c>: text from a language model.</summary>
internal static class GenerateCommand
{
    /// <summary>Makes the command.</summary>
    public static CliEntry Create()
    {
        var defaults = new GenerationOptions();
        var command = new CliCommand(
            "generate", "Generate text with a language model; the same seed gives the same text.")
        {
            Examples =
            [
                new("generate runs/book --prompt 'It was a' --length 300", "go on from a beginning"),
                new("generate runs/book --temperature 0.7 --seed 5", "plainer text, another sample"),
                new("generate runs/book --top-p 0.9", "without the unlikeliest tokens"),
                new("generate runs/book --prompt 'It was a' --length 20 --beams 16", "the likeliest text"),
            ],
        };
        Argument<string> model = ModelArgument.Create();
        CliOption<string?> prompt =
            Values.Text(
                "--prompt", OptionGroup.Command, "text the model reads first (default: the start of a line)",
                "TEXT");
        CliOption<int?> length = Values.Int(
            "--length", OptionGroup.Command, $"characters or words to generate (default: {defaults.Length})");
        CliOption<double?> temperature = Values.Number(
            "--temperature", OptionGroup.Command,
            $"below 1 plainer, above 1 wilder, 0 always the likeliest (default: {defaults.Temperature})", "T");
        CliOption<long?> seed = Values.Long(
            "--seed", OptionGroup.Command, $"seed of the choices (default: {defaults.Seed})");
        CliOption<int?> topK = Values.Int(
            "--top-k", OptionGroup.Command, "draw from the N likeliest tokens only (default: all)");
        CliOption<double?> topP = Values.Number(
            "--top-p", OptionGroup.Command,
            "draw from the fewest likeliest tokens that together have probability P (default: all)", "P");
        CliOption<int?> beams = Values.Int(
            "--beams", OptionGroup.Command,
            $"above 1: draw nothing, search for the likeliest text with N candidates (default: {defaults.Beams})");
        command.Arguments.Add(model);
        foreach (Option option in (Option[])[prompt, length, temperature, topK, topP, beams, seed])
            command.Options.Add(option);
        return new CliEntry(command, context =>
        {
            ParseResult parsed = context.Parsed;
            if (parsed.GetValue(beams) > 1 && (parsed.GetValue(temperature) is not null || parsed.GetValue(seed) is not null))
                throw new BadInputException("--beams: searches for the likeliest text and draws nothing; leave out --temperature and --seed");
            long seedValue = parsed.GetValue(seed) ?? (long)defaults.Seed;
            if (seedValue < 0)
                throw new BadInputException($"--seed: {seedValue} is too small; use 0 or more");
            var options = new GenerationOptions
            {
                Prompt = parsed.GetValue(prompt) ?? defaults.Prompt,
                Length = parsed.GetValue(length) ?? defaults.Length,
                Temperature = parsed.GetValue(temperature) ?? defaults.Temperature,
                TopK = parsed.GetValue(topK),
                TopP = parsed.GetValue(topP),
                Beams = parsed.GetValue(beams) ?? defaults.Beams,
                Seed = (ulong)seedValue,
            };
            return Task.FromResult(Run(context, ModelArgument.Open(context, parsed.GetValue(model)!), options));
        });
    }

    private static int Run(CommandContext context, ModelFile model, GenerationOptions options)
    {
        TextWriter text = context.Console.Out;
        bool hasPrompt = false;
        GenerationResult result = Generator.Generate(
            model, options, context.IsJson ? null : Stream, context.Interrupts.Token);
        if (context.IsJson)
            context.WriteJson(
                new
                {
                    Model = model.Source,
                    options.Prompt,
                    result.Text,
                    options.Temperature,
                    options.TopK,
                    options.TopP,
                    options.Beams,
                    result.LogProbability,
                    options.Seed,
                    result.UnknownInPrompt,
                });
        else
            text.WriteLine();
        if (result.UnknownInPrompt.Count > 0)
            context.Remark(
                "the model has never seen these parts of the prompt: "
                    + $"{string.Join(' ', result.UnknownInPrompt)}");
        return context.Interrupts.Token.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;

        void Stream(string piece)
        {
            if (!hasPrompt)
                text.Write(options.Prompt);
            hasPrompt = true;
            text.Write(piece);
            text.Flush();
        }
    }
}
