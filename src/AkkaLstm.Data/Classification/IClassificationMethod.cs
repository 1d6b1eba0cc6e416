namespace AkkaLstm.Data.Classification;

/// <summary>A simple classifier that the model is held against.</summary>
internal interface IClassificationMethod
{
    /// <summary>Stable name.</summary>
    string Name { get; }

    /// <summary>For people.</summary>
    string Description { get; }

    /// <summary>The class it takes a sequence for.</summary>
    int Classify(EncodedSequence sequence);
}
