namespace AkkaLstm.Data;

/// <summary>What is asked of the model; it decides how data is read and judged.</summary>
public enum DataTask
{
    /// <summary>The next values of numeric columns from a CSV file.</summary>
    Forecast,

    /// <summary>The next character of a text.</summary>
    CharLm,

    /// <summary>The next word of a text.</summary>
    WordLm,

    /// <summary>The class of whole sequences of numbers, or of whole texts.</summary>
    Classify,

    /// <summary>A generated problem with a known solution (<c>builtin:reber</c> and its like).</summary>
    Synthetic,
}
