using System.Diagnostics;
using AkkaLstm.Protocol.Messages;

namespace AkkaLstm.Protocol.Roles;

/// <summary>One question to some servers, and the answers so far.</summary>
internal sealed class ServerPoll(Type answerType, Func<ServerSeat, Message> question)
{
    // By seat: null while it has not answered.
    private readonly SortedDictionary<int, (ServerSeat Seat, Message? Answer)> _asked = [];
    private int _answerCount;

    /// <summary>Since when answers are due; null while they cannot be expected yet.</summary>
    public TimeSpan? DueSince { get; set; }

    /// <summary>When the question was last repeated.</summary>
    public TimeSpan RepeatedAt { get; set; }

    public bool IsComplete => _answerCount == _asked.Count;

    /// <summary>Who has not answered, in order of seats.</summary>
    public IEnumerable<ServerSeat> Silent => _asked.Values.Where(a => a.Answer is null).Select(a => a.Seat);

    public Message QuestionFor(ServerSeat seat) => question(seat);

    public bool IsAsked(ServerSeat seat) => _asked.ContainsKey(seat.Index);

    public void Ask(ServerSeat seat) => _asked.Add(seat.Index, (seat, null));

    /// <summary>Waits no longer for a seat.</summary>
    public void Remove(ServerSeat seat)
    {
        if (_asked.Remove(seat.Index, out (ServerSeat Seat, Message? Answer) removed) && removed.Answer is not null)
            _answerCount--;
    }

    /// <summary>
    /// Takes an answer; false when it is none to this question, or the seat is not asked or had answered before.
    /// </summary>
    public bool TryAdd(int seat, Message answer)
    {
        if (answer.GetType() != answerType || !_asked.TryGetValue(seat, out (ServerSeat Seat, Message? Answer) asked) || asked.Answer is not null)
            return false;
        _asked[seat] = (asked.Seat, answer);
        _answerCount++;
        return true;
    }

    /// <summary>The answers with who gave them, in order of seats.</summary>
    public IEnumerable<(ServerSeat Seat, TAnswer Answer)> Answers<TAnswer>()
        where TAnswer : Message
    {
        Debug.Assert(IsComplete, "some servers have not answered");
        return _asked.Values.Select(a => (a.Seat, (TAnswer)a.Answer!));
    }

    /// <summary>One answer for each slice, in slice order.</summary>
    public IEnumerable<TAnswer> AnswersBySlice<TAnswer>()
        where TAnswer : Message =>
        Answers<TAnswer>()
            .GroupBy(a => a.Seat.Slice.Index, (slice, answers) => (slice, answers.First().Answer))
            .OrderBy(a => a.slice)
            .Select(a => a.Answer);

    /// <summary>Two servers of one slice whose answers differ in what must be equal; null when there are
    /// none.</summary>
    public (ServerSeat First, ServerSeat Second)? Difference<TAnswer>(Func<TAnswer, TAnswer, bool> areEqual)
        where TAnswer : Message
    {
        foreach (var slice in Answers<TAnswer>().GroupBy(a => a.Seat.Slice.Index))
        {
            (ServerSeat first, TAnswer expected) = slice.First();
            foreach ((ServerSeat second, TAnswer answer) in slice.Skip(1))
            {
                if (!areEqual(expected, answer))
                    return (first, second);
            }
        }

        return null;
    }
}
