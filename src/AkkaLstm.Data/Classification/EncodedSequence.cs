namespace AkkaLstm.Data.Classification;

// T steps, I features.

/// <summary>A sequence in the model's numbers.</summary>
/// <param name="Record">As the file has it.</param>
/// <param name="Class">Its class, or <see cref="NoClass"/>.</param>
/// <param name="Values">(T, I) normalised; empty for texts.</param>
/// <param name="Tokens">(T); empty for values.</param>
/// <param name="StepSize">I; 1 for texts.</param>
internal sealed record EncodedSequence(SequenceRecord Record, int Class, float[] Values, int[] Tokens, int StepSize)
{
    /// <summary>Class of a sequence whose label is not known.</summary>
    internal const int NoClass = -1;

    /// <summary>T, at least 1.</summary>
    internal int Length => (Values.Length + Tokens.Length) / StepSize;
}
