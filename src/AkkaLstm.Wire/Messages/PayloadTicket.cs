using AkkaLstm.Protocol;

namespace AkkaLstm.Wire.Messages;

/// <summary>How elements of a bulk value travel.</summary>
public enum ElementType
{
    /// <summary>32 bits each, whatever they are.</summary>
    Float32,

    /// <summary>The upper half of a float32, rounded to nearest even.</summary>
    BFloat16,
}

/// <summary>Stands for a bulk value in a control message; the value itself goes through a tensor channel.</summary>
/// <param name="Id">Names the transfer; unique among those of the sending process.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">Length of the value in bytes, as it travels.</param>
/// <param name="Element">How its elements travel.</param>
/// <param name="Checksum">CRC-32C over the bytes as they travel; 0 where the channel's own is enough.</param>
public readonly record struct PayloadTicket(
    ulong Id, PayloadKind Kind, long Bytes, ElementType Element, uint Checksum);
