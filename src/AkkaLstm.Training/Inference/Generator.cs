using System.Text;
using AkkaLstm.Data.Text;
using AkkaLstm.Numerics;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Inference;

/// <summary>How text is generated.</summary>
public sealed record GenerationOptions
{
    /// <summary>Text the model reads first. Default empty: it starts after a line end.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>Tokens (characters or words) to generate. Default 500.</summary>
    public int Length { get; init; } = 500;

    /// <summary>
    /// Divides the outputs before the softmax: below 1 plainer, above 1 wilder, 0 always the likeliest token.
    /// Default 1.
    /// </summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only the so many likeliest tokens are drawn from; null: all. Default null.</summary>
    public int? TopK { get; init; }

    /// <summary>
    /// Only the nucleus is drawn from: the fewest likeliest tokens whose probabilities (after temperature and <see cref="TopK"/>)
    /// add up to this much; null: all. Default null.
    /// </summary>
    /// <remarks>Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration".</remarks>
    public double? TopP { get; init; }

    /// <summary>
    /// Above 1, nothing is drawn: the likeliest text is searched for with so many candidates at a time. Default 1.
    /// </summary>
    public int Beams { get; init; } = 1;

    /// <summary>Seed of the choice of tokens. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>Generated text.</summary>
/// <param name="Text">The text after the prompt.</param>
/// <param name="UnknownInPrompt">Characters or words of the prompt that the model has never seen, each
/// once.</param>
/// <param name="LogProbability">With beams: log of the text's probability after the prompt, in nats; else null.</param>
public sealed record GenerationResult(string Text, IReadOnlyList<string> UnknownInPrompt, double? LogProbability = null);

/// <summary>Generates text with a language model.</summary>
public static class Generator
{
    /// <summary>Most beams.</summary>
    internal const int MostBeams = 1000;

    /// <summary>Generates text.</summary>
    /// <param name="model">A model trained with the char-lm or word-lm task.</param>
    /// <param name="options">Prompt, length, temperature, seed.</param>
    /// <param name="onText">Hears each piece as it comes; null for none.</param>
    /// <param name="stop">Ends early with what there is.</param>
    /// <exception cref="BadInputException">The model is not a language model, or an option is out of
    /// range.</exception>
    public static GenerationResult Generate(
        ModelFile model, GenerationOptions options, Action<string>? onText = null, CancellationToken stop = default)
    {
        if (model.Card.Artifacts.Vocabulary is not { } vocabulary)
        {
            throw new BadInputException(
                $"{model.Source}: was trained for --task {ChoiceNames.NameOf(model.Card.Plan.Task)}; "
                + "give a model trained on text");
        }

        Validate(options);
        int[] prompt = vocabulary.EncodePrompt(options.Prompt);
        if (options.Beams > 1)
            return Search(model, vocabulary, options, prompt, onText, stop);
        var predictor = new Predictor(model.Model, model.Parameters, maxTimeSteps: 1);
        var sampler = new TokenSampler(options, vocabulary.Size);
        var batch = new SequenceBatch(maxTimeSteps: 1, maxLanes: 1, inputSize: 0, targetSize: 0);
        batch.Reshape(1, firstLane: 0, lanes: 1);
        batch.ResetsCarry[0] = true;
        ReadOnlySpan<float> outputs = [];
        foreach (int token in prompt) outputs = Read(token);

        var text = new StringBuilder();
        int previous = prompt[^1];
        for (int i = 0; i < options.Length && !stop.IsCancellationRequested; i++)
        {
            int token = sampler.Choose(outputs, i);
            string piece = vocabulary.Piece(options.Prompt.Length == 0 && i == 0 ? null : previous, token);
            text.Append(piece);
            onText?.Invoke(piece);
            outputs = Read(token);
            previous = token;
        }

        return new GenerationResult(text.ToString(), Unknown(vocabulary, options.Prompt));

        ReadOnlySpan<float> Read(int token)
        {
            batch.Tokens[0] = token;
            ReadOnlySpan<float> next = predictor.Predict(batch);
            batch.ResetsCarry[0] = false;
            return next;
        }
    }

    private static GenerationResult Search(
        ModelFile model, Vocabulary vocabulary, GenerationOptions options, int[] prompt, Action<string>? onText, CancellationToken stop)
    {
        var search = new BeamSearch(model.Model, model.Parameters, options.Beams);
        (IReadOnlyList<int> tokens, double logProbability) = search.Run(prompt, options.Length, stop);
        var text = new StringBuilder();
        for (int i = 0; i < tokens.Count; i++)
        {
            int? previous = i > 0 ? tokens[i - 1] : options.Prompt.Length == 0 ? null : prompt[^1];
            text.Append(vocabulary.Piece(previous, tokens[i]));
        }

        onText?.Invoke(text.ToString());
        return new GenerationResult(text.ToString(), Unknown(vocabulary, options.Prompt), logProbability);
    }

    private static IReadOnlyList<string> Unknown(Vocabulary vocabulary, string prompt)
    {
        IEnumerable<string> pieces = vocabulary.Kind == VocabularyKind.Characters
            ? prompt.EnumerateRunes().Select(rune => rune.ToString())
            : prompt.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return [.. pieces.Distinct(StringComparer.Ordinal).Where(IsUnknown)];

        bool IsUnknown(string piece) =>
            piece != Vocabulary.Unknown && vocabulary.Encode(piece) is [var id] && id == vocabulary.UnknownId;
    }

    private static void Validate(GenerationOptions options)
    {
        if (options.Length < 0)
            throw new BadInputException($"--length: {options.Length} is negative; use 0 or more");
        if (!(options.Temperature >= 0 && double.IsFinite(options.Temperature))
            || (options.Temperature > 0 && !float.IsFinite(1 / (float)options.Temperature)))
        {
            throw new BadInputException(FormattableString.Invariant(
                $"--temperature: {options.Temperature} is out of range; use 0, or 1E-30 or more, for example 0.8"));
        }

        if (options.TopK < 1)
            throw new BadInputException($"--top-k: {options.TopK} is too small; use 1 or more, for example 40");
        if (options.TopP is { } topP && !(topP > 0 && topP <= 1))
        {
            throw new BadInputException(FormattableString.Invariant(
                $"--top-p: {topP} is out of range; use a number above 0 and at most 1, for example 0.9"));
        }

        if (options.Beams is < 1 or > MostBeams)
            throw new BadInputException($"--beams: {options.Beams} is out of range; use 1 to {MostBeams}");
        if (options.Beams > 1 && (options.TopK is not null || options.TopP is not null))
        {
            throw new BadInputException(
                $"--beams: searches for the likeliest text and draws nothing; leave out {(options.TopK is null ? "--top-p" : "--top-k")}");
        }
    }
}
