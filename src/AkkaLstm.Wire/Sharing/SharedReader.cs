namespace AkkaLstm.Wire.Sharing;

/// <summary>Finds what another process of this machine shares. Mappings are kept: making one costs a page fault every 4 KiB.</summary>
/// <param name="processId">The other process, in this one's numbering.</param>
internal sealed class SharedReader(int processId)
{
    /// <summary>Two steps' buffers of a few gradients or slices; the one that was not used for longest goes first.</summary>
    private const int MaxKept = 16;

    // In the order of their last use, the latest last.
    private readonly List<SharedSegment> _kept = [];

    /// <summary>Whether the other process can be read; it says where some memory of its own lies.</summary>
    public bool CanRead(SharedPlace place) => SharedSegment.TryOpen(processId, place.Descriptor, place.Key) is not null;

    /// <summary>The values at a place; null where they are not, or not any more.</summary>
    public ReadOnlyMemory<float>? Find(SharedPlace place, int length)
    {
        SharedSegment? segment = _kept.Find(kept => kept.Key == place.Key);
        if (segment is not null)
            _kept.Remove(segment);
        else
            segment = SharedSegment.TryOpen(processId, place.Descriptor, place.Key);
        if (segment is null)
            return null;
        if (_kept.Count == MaxKept)
            _kept.RemoveAt(0);
        _kept.Add(segment);
        if (place.Start < 0 || length > segment.Length - place.Start)
            return null;
        return segment.Memory.Slice(place.Start, length);
    }
}
