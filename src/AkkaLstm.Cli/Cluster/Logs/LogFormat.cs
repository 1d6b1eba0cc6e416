namespace AkkaLstm.Cli.Cluster.Logs;

/// <summary>How a node's log lines look.</summary>
internal enum LogFormat
{
    /// <summary>For people: the sentence.</summary>
    Text,

    /// <summary>For programs: one JSON object a line, with the time and the sentence's parts as fields of their own.</summary>
    Json,
}
