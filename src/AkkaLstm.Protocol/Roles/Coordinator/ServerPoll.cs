using System.Diagnostics;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <summary>One question to all servers, and the answers so far.</summary>
internal sealed class ServerPoll(int sliceCount, Func<SliceId, Message> question)
{
    private readonly Message?[] _answers = new Message?[sliceCount];
    private int _answerCount;

    /// <summary>Since when answers are due; null while they cannot be expected yet.</summary>
    public TimeSpan? DueSince { get; set; }

    /// <summary>When the question was last repeated.</summary>
    public TimeSpan RepeatedAt { get; set; }

    public bool IsComplete => _answerCount == _answers.Length;

    public Message QuestionFor(int slice) => question(new SliceId(slice, _answers.Length));

    public bool Has(int slice) => _answers[slice] is not null;

    /// <summary>Takes an answer; false when the slice had answered before.</summary>
    public bool TryAdd(int slice, Message answer)
    {
        if (_answers[slice] is not null)
            return false;
        _answers[slice] = answer;
        _answerCount++;
        return true;
    }

    /// <summary>The answers in slice order.</summary>
    public IEnumerable<TAnswer> Answers<TAnswer>()
        where TAnswer : Message
    {
        Debug.Assert(IsComplete, "some slices have not answered");
        return _answers.Cast<TAnswer>();
    }
}
