namespace AkkaLstm.Training.Plans;

/// <summary>How the learning rate changes over a training run.</summary>
public enum ScheduleKind
{
    /// <summary>It stays as it is.</summary>
    Constant,

    /// <summary>It is multiplied by the decay after every epoch from a given one on.</summary>
    Step,

    /// <summary>
    /// It is multiplied by the decay when the validation loss has not become better for a number of epochs.
    /// </summary>
    Plateau,

    /// <summary>It falls along half a cosine to 0 over the plan's epochs.</summary>
    Cosine,
}
