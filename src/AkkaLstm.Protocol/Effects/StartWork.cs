using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Protocol.Effects;

/// <summary>
/// Have the executor do work; answered once by <see cref="Roles.WorkDone"/> or
/// <see cref="Roles.WorkFailed"/>.
/// </summary>
/// <param name="WorkId">Chosen by the role, unique within the incarnation.</param>
/// <param name="Order">The work.</param>
public sealed record StartWork(long WorkId, WorkOrder Order) : Effect;
