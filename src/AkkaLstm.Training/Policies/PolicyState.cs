using System.Text.Json;
using System.Text.Json.Serialization;

namespace AkkaLstm.Training.Policies;

/// <summary>
/// What the policy remembers between epochs; it travels in the job's progress and so into every checkpoint.
/// </summary>
/// <param name="LearningRate">Present rate of the plateau schedule.</param>
/// <param name="BestLoss">Smallest loss that epochs were judged by; null before the first epoch.</param>
/// <param name="BestEpoch">The epoch of <paramref name="BestLoss"/>, from 0.</param>
/// <param name="EpochsSinceBest">Epochs that have ended since then.</param>
/// <param name="BadEpochs">Epochs without progress since the plateau schedule last lowered the rate.</param>
/// <param name="TrainingLoss">Mean training loss of the last finished epoch.</param>
/// <param name="ValidationLoss">Mean validation loss of the last finished epoch; null without a split.</param>
/// <param name="IsAccuracyReached">True where the job stops because enough answers are right, else null.</param>
public sealed record PolicyState(
    double LearningRate,
    double? BestLoss = null,
    int BestEpoch = 0,
    int EpochsSinceBest = 0,
    int BadEpochs = 0,
    double? TrainingLoss = null,
    double? ValidationLoss = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? IsAccuracyReached = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads what <see cref="ToText"/> wrote; the text is empty before the first epoch.</summary>
    /// <param name="text">The policy's words in a job's progress.</param>
    /// <param name="learningRate">The rate to start with.</param>
    public static PolicyState Parse(string text, double learningRate) =>
        text.Length == 0 ? new PolicyState(learningRate) : JsonSerializer.Deserialize<PolicyState>(text, Json)!;

    /// <summary>The state as JSON; doubles are read back bit for bit.</summary>
    public string ToText() => JsonSerializer.Serialize(this, Json);
}
