using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Inference;

/// <summary>How text is generated.</summary>
public sealed record GenerationOptions
{
    /// <summary>Text the model reads first. Default empty: it starts after a line end.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>Tokens (characters or words) to generate. Default 500.</summary>
    public int Length { get; init; } = 500;

    /// <summary>Divides the outputs before the softmax: below 1 plainer, above 1 wilder, 0 always the likeliest token. Default 1.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Seed of the choice of tokens. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>Generated text.</summary>
/// <param name="Text">The text after the prompt.</param>
/// <param name="UnknownInPrompt">Characters or words of the prompt that the model has never seen, each once.</param>
public sealed record GenerationResult(string Text, IReadOnlyList<string> UnknownInPrompt);

/// <summary>Generates text with a language model.</summary>
public static class Generator
{
    /// <summary>Generates text.</summary>
    /// <param name="model">A model trained with the char-lm or word-lm task.</param>
    /// <param name="options">Prompt, length, temperature, seed.</param>
    /// <param name="onText">Hears each piece as it comes; null for none.</param>
    /// <param name="stop">Ends early with what there is.</param>
    /// <exception cref="BadInputException">The model is not a language model, or an option is out of range.</exception>
    public static GenerationResult Generate(
        ModelFile model, GenerationOptions options, Action<string>? onText = null, CancellationToken stop = default) =>
        throw new NotSupportedException();
}
