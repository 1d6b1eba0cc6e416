using System.Threading.Channels;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Wire.Tests.Support;

/// <summary>What became of a transfer.</summary>
internal sealed record Outcome(TensorHeader Header, IReadOnlyList<Memory<float>> Values, bool IsComplete);

/// <summary>Keeps what is received; waits, refuses or gives memory as told.</summary>
internal sealed class RecordingSink : ITensorSink
{
    private readonly Channel<Outcome> _outcomes = Channel.CreateUnbounded<Outcome>();
    private IReadOnlyList<Memory<float>> _memory = [];

    /// <summary>Awaited before memory is given.</summary>
    public Func<TensorHeader, CancellationToken, Task<bool>> Wants { get; init; } = (_, _) => Task.FromResult(true);

    public async ValueTask<IReadOnlyList<Memory<float>>?> OpenAsync(TensorHeader header, CancellationToken stop)
    {
        if (!await Wants(header, stop))
            return null;
        return _memory = [.. header.Parts.Select(part => new float[part.Length].AsMemory())];
    }

    public void Complete(TensorHeader header) => _outcomes.Writer.TryWrite(new Outcome(header, _memory, true));

    public void Abandon(TensorHeader header) => _outcomes.Writer.TryWrite(new Outcome(header, _memory, false));

    /// <summary>The next outcome; a test that waits a minute for it has failed.</summary>
    public async Task<Outcome> NextAsync() =>
        await _outcomes.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));
}
