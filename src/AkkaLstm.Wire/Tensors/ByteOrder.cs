namespace AkkaLstm.Wire.Tensors;

/// <summary>Values travel as they lie in memory, and on the wire they are little-endian.</summary>
internal static class ByteOrder
{
    /// <summary>Fails on the other kind of processor.</summary>
    public static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("tensor channels need a little-endian processor");
    }
}
