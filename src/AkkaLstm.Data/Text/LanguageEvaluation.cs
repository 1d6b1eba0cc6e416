using AkkaLstm.Numerics.Batches;

namespace AkkaLstm.Data.Text;

/// <summary>
/// Figures of a language model, all functions of its mean loss in nats per token: perplexity exp(loss), and
/// for characters bits per character loss / ln 2.
/// </summary>
public sealed class LanguageEvaluation : TaskEvaluation
{
    private readonly VocabularyKind _kind;

    internal LanguageEvaluation(VocabularyKind kind) => _kind = kind;

    /// <inheritdoc/>
    public override bool NeedsOutputs => false;

    /// <summary>exp(loss): among how many equally likely tokens the model is as unsure.</summary>
    /// <param name="natsPerToken">Mean cross-entropy.</param>
    public static double Perplexity(double natsPerToken) => Math.Exp(natsPerToken);

    /// <summary>loss / ln 2.</summary>
    /// <param name="natsPerCharacter">Mean cross-entropy.</param>
    public static double BitsPerCharacter(double natsPerCharacter) => natsPerCharacter / Math.Log(2);

    /// <inheritdoc/>
    public override void Add(SequenceBatch batch, int stepInEpoch, ReadOnlySpan<float> outputs, int outputStride)
    {
        // The loss says all.
    }

    /// <inheritdoc/>
    public override EvaluationReport Finish(double meanLoss)
    {
        List<Metric> metrics = [new("natsPerToken", meanLoss), new("perplexity", Perplexity(meanLoss))];
        if (_kind == VocabularyKind.Characters)
            metrics.Add(new("bitsPerCharacter", BitsPerCharacter(meanLoss)));
        return new EvaluationReport([new MethodScores(EvaluationReport.ModelName, "the trained model", metrics, [])]);
    }
}
