using System.Runtime.InteropServices;
using AkkaLstm.Models;
using AkkaLstm.Models.Parameters;

namespace AkkaLstm.Training.Execution.Payloads;

/// <summary>
/// The parameters of one step from another process, in memory that steps share one after the other. A later step has an
/// object of its own: an order that begins when its memory has gone on sees no mixture of two, and what it packs does not
/// pass for what came later.
/// </summary>
/// <param name="packed">Of the memory.</param>
/// <param name="version">Higher than that of the step that had the memory before. Steps themselves may go back.</param>
/// <param name="memory">For the values, (N).</param>
internal sealed class ReceivedStep(PackedStep packed, long version, Memory<float> memory) : IParameterOwner
{
    private Memory<float> _values = memory;
    private ReadOnlyMemory<float> _prepared; // packed by the server, or nothing

    /// <inheritdoc/>
    public Memory<float> ValuesOf(ParameterSlice slice, long step) => _values.Slice(slice.Start, slice.Length);

    /// <inheritdoc/>
    public ModelWeights Packed(long step) =>
        (_prepared.IsEmpty ? null : packed.Adopt(_values, _prepared)) ?? packed.Get(version, step, _values);

    /// <summary>Uses all parameters where their server has them, instead of a copy; before anybody reads them.</summary>
    public bool TryAdopt(ReadOnlyMemory<float> values)
    {
        _values = MemoryMarshal.AsMemory(values); // packed from, never written
        return true;
    }

    /// <summary>Uses what the server has packed; before anybody reads it.</summary>
    public bool TryAdoptPacked(ReadOnlyMemory<float> prepared)
    {
        _prepared = prepared;
        return true;
    }
}
