namespace AkkaLstm.Training.Plans;

/// <summary>How the loss of a step is divided before its gradient is taken.</summary>
public enum LossScale
{
    /// <summary>By the number of counted elements: the mean.</summary>
    Mean,

    /// <summary>
    /// By the number of lanes: summed over time, averaged over the batch, as Zaremba et al. 2014 count.
    /// </summary>
    SumOverTime,
}
