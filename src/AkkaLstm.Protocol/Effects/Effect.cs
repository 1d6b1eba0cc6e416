namespace AkkaLstm.Protocol.Effects;

/// <summary>Something that a role asks its host to do. Hosts do them in order.</summary>
public abstract record Effect;
