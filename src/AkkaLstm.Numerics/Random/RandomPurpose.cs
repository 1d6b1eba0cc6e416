namespace AkkaLstm.Numerics.Random;

/// <summary>What random numbers are drawn for: different purposes have different numbers under the same seed.</summary>
/// <remarks>The values are part of the definition of a training run: never change or reuse one.</remarks>
public enum RandomPurpose
{
    /// <summary>Initial parameters; index = tensor.</summary>
    Initialization = 1,

    /// <summary>Order of the samples; step = epoch.</summary>
    Shuffling = 2,

    /// <summary>Dropout masks; step = training step, index = site in the model.</summary>
    Dropout = 3,

    /// <summary>Samples of synthetic data sets.</summary>
    SyntheticData = 4,

    /// <summary>Tokens drawn when text is generated.</summary>
    Generation = 5,

    /// <summary>Dropped recurrent weights; step = training step, index = layer and direction.</summary>
    WeightDrop = 6,

    /// <summary>Dropped rows of the embedding; step = training step, position = row.</summary>
    EmbeddingDropout = 7,

    /// <summary>Units that keep their old value; step = training step, index = layer, direction, output or state.</summary>
    Zoneout = 8,
}
