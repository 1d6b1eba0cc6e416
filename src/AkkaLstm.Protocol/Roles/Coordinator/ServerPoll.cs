using System.Diagnostics;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <summary>One question to some of the servers, and the answers so far.</summary>
/// <param name="seats">All seats of the run.</param>
/// <param name="answerType">What an answer to this question is.</param>
/// <param name="question">What a seat is asked.</param>
internal sealed class ServerPoll(ServerSeat[] seats, Type answerType, Func<ServerSeat, Message> question)
{
    // By seat. Invariant: only seats that are asked have an answer, and the counts are those of the arrays.
    private readonly bool[] _isAsked = new bool[seats.Length];
    private readonly Message?[] _answers = new Message?[seats.Length];
    private int _askedCount;
    private int _answerCount;

    /// <summary>Since when answers are due; null while they cannot be expected yet.</summary>
    public TimeSpan? DueSince { get; set; }

    /// <summary>When the question was last repeated.</summary>
    public TimeSpan RepeatedAt { get; private set; }

    /// <summary>Times that it was repeated.</summary>
    public int RepeatCount { get; private set; }

    public bool IsComplete => _answerCount == _askedCount;

    /// <summary>Who is asked and has not answered, in order of seats.</summary>
    public IEnumerable<ServerSeat> Silent => seats.Where(s => _isAsked[s.Index] && _answers[s.Index] is null);

    public void Repeated(TimeSpan now)
    {
        RepeatedAt = now;
        RepeatCount++;
    }

    public Message QuestionFor(ServerSeat seat) => question(seat);

    /// <summary>Whether such a message can be an answer.</summary>
    public bool Expects<TAnswer>() => typeof(TAnswer) == answerType;

    public bool IsAsked(ServerSeat seat) => _isAsked[seat.Index];

    public void Ask(ServerSeat seat)
    {
        Debug.Assert(!_isAsked[seat.Index], "a seat is asked once");
        _isAsked[seat.Index] = true;
        _askedCount++;
    }

    /// <summary>Waits no longer for a seat.</summary>
    public void Remove(ServerSeat seat)
    {
        if (!_isAsked[seat.Index])
            return;
        _isAsked[seat.Index] = false;
        _askedCount--;
        if (_answers[seat.Index] is not null)
            _answerCount--;
        _answers[seat.Index] = null;
    }

    /// <summary>Takes an answer; false when the seat is not asked or had answered before.</summary>
    public bool TryAdd(int seat, Message answer)
    {
        Debug.Assert(answer.GetType() == answerType, "ask first");
        if (seat >= seats.Length || !_isAsked[seat] || _answers[seat] is not null)
            return false;
        _answers[seat] = answer;
        _answerCount++;
        return true;
    }

    /// <summary>One answer for each slice that was asked about, in slice order.</summary>
    public List<TAnswer> AnswersBySlice<TAnswer>()
        where TAnswer : Message
    {
        Debug.Assert(IsComplete, "some servers have not answered");
        int sliceCount = seats[0].Slice.Count;
        var answers = new List<TAnswer>(sliceCount);
        for (int slice = 0; slice < sliceCount; slice++)
        {
            for (int seat = slice; seat < seats.Length; seat += sliceCount)
            {
                if (_answers[seat] is not { } answer)
                    continue;
                answers.Add((TAnswer)answer);
                break;
            }
        }

        return answers;
    }

    /// <summary>
    /// Two servers of one slice whose answers differ in what must be equal; null when there are none.
    /// </summary>
    public (ServerSeat First, ServerSeat Second)? Difference<TAnswer>(Func<TAnswer, TAnswer, bool> areEqual)
        where TAnswer : Message
    {
        foreach (ServerSeat first in seats.Where(s => _answers[s.Index] is not null))
        {
            foreach (ServerSeat second in seats.Where(s => s.Index > first.Index && s.Slice == first.Slice))
            {
                if (_answers[second.Index] is TAnswer other && !areEqual((TAnswer)_answers[first.Index]!, other))
                    return (first, second);
            }
        }

        return null;
    }
}
