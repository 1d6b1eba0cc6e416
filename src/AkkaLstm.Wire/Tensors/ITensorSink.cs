namespace AkkaLstm.Wire.Tensors;

/// <summary>Where received values go. Called by one receiver, one call at a time.</summary>
public interface ITensorSink
{
    /// <summary>
    /// Gives the memory that a transfer is read into, one for each part with the part's length; last parts without memory
    /// are offered to <see cref="TryAdopt"/> and dropped if they are not wanted there. May wait for memory, within <see cref="TensorChannelOptions.SinkTimeout"/>; the credit window keeps the sender from
    /// sending on meanwhile.
    /// </summary>
    /// <param name="header">What comes; its lengths are within the channel's limit, and only claims.</param>
    /// <param name="stop">The wait is to end.</param>
    /// <returns>Null when nobody wants it: its values are read and dropped.</returns>
    ValueTask<IReadOnlyList<Memory<float>>?> OpenAsync(TensorHeader header, CancellationToken stop);

    /// <summary>
    /// A part lies in memory that its owner leaves alone as long as the value counts: the sink may use it there, instead
    /// of the memory that it has just given. False: it wants a copy.
    /// </summary>
    /// <param name="part">Index of the part.</param>
    /// <param name="values">Read only, whatever the type says; lives as long as somebody refers to it.</param>
    bool TryAdopt(int part, ReadOnlyMemory<float> values) => false;

    /// <summary>All values are there, and their checksums are right.</summary>
    void Complete(TensorHeader header);

    /// <summary>The rest does not come; the memory is not written to any more.</summary>
    void Abandon(TensorHeader header);
}
