namespace AkkaLstm.Training.Runs;

/// <summary>How much a notice matters.</summary>
public enum NoticeLevel
{
    /// <summary>For the record.</summary>
    Information,

    /// <summary>Something failed and was dealt with.</summary>
    Warning,
}

/// <summary>Something that happened during a run; a line of <c>events.jsonl</c>.</summary>
/// <param name="Level">How much it matters.</param>
/// <param name="Name">Stable name, kebab-case.</param>
/// <param name="Text">One line for people.</param>
/// <param name="Step">Closed steps at the time; null where no step had begun.</param>
public sealed record RunNotice(NoticeLevel Level, string Name, string Text, long? Step);
