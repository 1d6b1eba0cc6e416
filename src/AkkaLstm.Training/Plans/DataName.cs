using AkkaLstm.Data;

namespace AkkaLstm.Training.Plans;

/// <summary>
/// Reads the value of <c>--data</c>: a path, or the name of a data set that comes with the program.
/// </summary>
internal static class DataName
{
    /// <summary>Whether it is <c>builtin:NAME</c>.</summary>
    public static bool IsBuiltin(string data) => data.StartsWith(DataSets.BuiltinPrefix, StringComparison.Ordinal);

    /// <summary>
    /// A short name for directories: NAME of builtin:NAME, otherwise the file's name without its extension.
    /// </summary>
    public static string Short(string data) =>
        IsBuiltin(data) ? data[DataSets.BuiltinPrefix.Length..] : Path.GetFileNameWithoutExtension(data);
}
