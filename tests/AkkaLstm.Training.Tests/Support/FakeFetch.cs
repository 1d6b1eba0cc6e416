using AkkaLstm.Numerics;
using AkkaLstm.Training.Remote;

namespace AkkaLstm.Training.Tests.Support;

/// <summary>Brings files from an <see cref="OfferedFiles"/> in the same process; counts, and damages what a test wants.</summary>
internal sealed class FakeFetch(OfferedFiles files)
{
    private readonly Lock _gate = new();

    /// <summary>Names that were asked for.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Changes what comes.</summary>
    public Func<string, byte[], byte[]> Tamper { get; set; } = (_, content) => content;

    /// <summary>Throws what a broken connection throws; null for none.</summary>
    public Func<string, Exception?> Break { get; set; } = _ => null;

    public async Task FetchAsync(string name, string destinationPath, long maxBytes, CancellationToken stop)
    {
        lock (_gate) Asked.Add(name);
        if (Break(name) is { } failure) throw failure;
        await Task.Yield();
        using Stream stream = files.Open(name);
        if (stream.Length > maxBytes) throw new BadInputException($"{name}: is too long");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        using var destination = new FileStream(destinationPath, FileMode.CreateNew);
        destination.Write(Tamper(name, content.ToArray()));
    }
}
