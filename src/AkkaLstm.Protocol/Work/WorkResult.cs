namespace AkkaLstm.Protocol.Work;

/// <summary>What came out of a <see cref="WorkOrder"/>; each order type names its result type.</summary>
public abstract record WorkResult;
