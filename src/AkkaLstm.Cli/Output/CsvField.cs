namespace AkkaLstm.Cli.Output;

/// <summary>Cells of the CSV files that commands write.</summary>
internal static class CsvField
{
    /// <summary>A text as a cell: in quotation marks where it needs them.</summary>
    public static string Of(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? text
        : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
