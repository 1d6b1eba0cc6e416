namespace AkkaLstm.Models.Formats;

/// <summary>Element types of a safetensors file that are read; all become float32.</summary>
public enum SafetensorsType
{
    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>The upper half of a float32.</summary>
    BF16,

    /// <summary>IEEE single precision: what is written.</summary>
    F32,

    /// <summary>IEEE double precision, rounded to float32 on reading.</summary>
    F64,
}
