namespace AkkaLstm.Data;

/// <summary>Which part of a data set is meant.</summary>
public enum DataSplit
{
    /// <summary>What the parameters are fitted on.</summary>
    Train,

    /// <summary>What decides about learning rate, early stopping and the best checkpoint.</summary>
    Valid,

    /// <summary>What nothing was decided on; its figures are the ones to report.</summary>
    Test,
}
