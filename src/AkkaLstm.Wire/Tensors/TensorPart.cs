using AkkaLstm.Wire.Messages;

namespace AkkaLstm.Wire.Tensors;

/// <summary>Values to be sent. As <see cref="ElementType.Float32"/> their 32 bits travel untouched, whatever they
/// mean (indices stored in them too).</summary>
/// <param name="Values">Read until the sending is over.</param>
/// <param name="Element">How they are to travel.</param>
public readonly record struct TensorPart(
    ReadOnlyMemory<float> Values, ElementType Element = ElementType.Float32);
