namespace AkkaLstm.Data.Classification;

/// <summary>What a sequence weighs in the training loss of a classifier.</summary>
public enum ClassWeights
{
    /// <summary>Every sequence weighs 1.</summary>
    Equal,

    /// <summary>
    /// n / (k n_c) for a sequence of class c, with n sequences of k classes to train on, n_c of them of class c: every
    /// class weighs the same as a whole, and the mean over all sequences is 1.
    /// </summary>
    Balanced,
}
