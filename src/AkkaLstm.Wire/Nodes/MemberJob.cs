using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Roles;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Wire.Nodes;

/// <summary>A job as a server or worker has it.</summary>
/// <param name="RunId">The run that it was offered for.</param>
/// <param name="PlanHash">SHA-256 of the plan in lower-case hex.</param>
/// <param name="DataHash">SHA-256 of the data, likewise.</param>
/// <param name="Protocol">Deadlines, the same in the whole cluster.</param>
/// <param name="Executors">The mathematics.</param>
/// <param name="Codec">Takes payloads apart and puts them together.</param>
public sealed record MemberJob(
    string RunId,
    string PlanHash,
    string DataHash,
    ProtocolOptions Protocol,
    IWorkExecutorFactory Executors,
    IPayloadCodec Codec);

/// <summary>Fetches a file from the coordinator.</summary>
/// <param name="name">Its name.</param>
/// <param name="destination">Where it goes.</param>
/// <param name="maxBytes">The longest that is taken.</param>
/// <param name="stop">Gives up.</param>
/// <exception cref="FileNotFoundException">The coordinator does not give it out.</exception>
/// <exception cref="WireException">The coordinator cannot be reached.</exception>
public delegate Task FileFetch(string name, Stream destination, long maxBytes, CancellationToken stop);

/// <summary>Makes a job ready on this node: fetches what is missing and opens it.</summary>
/// <param name="fetch">Fetches files from the coordinator.</param>
/// <param name="stop">Gives up.</param>
public delegate Task<MemberJob> MemberJobOpener(FileFetch fetch, CancellationToken stop);
