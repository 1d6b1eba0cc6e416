using System.Text.Json;
using AkkaLstm.Data.Classification;
using AkkaLstm.Data.Forecasting;
using AkkaLstm.Data.Text;
using AkkaLstm.Numerics;

namespace AkkaLstm.Data;

/// <summary>
/// What was learned from the training part and must be saved with the model: without it the same numbers or
/// words would mean something else to the model.
/// </summary>
/// <param name="Normalizer">Forecast: columns with their scales.</param>
/// <param name="Vocabulary">Text: what each token id stands for.</param>
public sealed record DataArtifacts(Normalizer? Normalizer, Vocabulary? Vocabulary)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Classification: labels, and scales or vocabulary.</summary>
    public SequenceEncoding? Classification { get; init; }

    /// <summary>Nothing to save: synthetic problems.</summary>
    public static DataArtifacts None { get; } = new(null, null);

    /// <summary>
    /// The artifacts as JSON; <see cref="Parse"/> gives back equal values, doubles bit for bit.
    /// </summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="place">File it comes from, for the message.</param>
    /// <exception cref="BadInputException">Not such a text.</exception>
    public static DataArtifacts Parse(string json, string place)
    {
        try
        {
            DataArtifacts artifacts = JsonSerializer.Deserialize<DataArtifacts>(json, Json)
                ?? throw new JsonException("it is null");
            artifacts.Normalizer?.Validate(place);
            artifacts.Vocabulary?.Validate(place);
            artifacts.Classification?.Validate(place);
            return artifacts;
        }
        catch (JsonException e)
        {
            throw new BadInputException(
                $"{place}: not a normaliser or vocabulary of this program ({e.Message.ReplaceLineEndings(" ")}); "
                + "take the file that was saved with the model.", e);
        }
    }
}
