namespace AkkaLstm.Numerics;

/// <summary>
/// What the user gave (a file, a line of it, an option) cannot be used. The message is one line that names the place, what is wrong
/// and what would be right; the command line prints it as it is and ends with exit code 2.
/// </summary>
public class BadInputException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">One line: place (file:line or option), what is wrong, what would be right.</param>
    public BadInputException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception for something that failed underneath.</summary>
    /// <param name="message">One line: place (file:line or option), what is wrong, what would be right.</param>
    /// <param name="innerException">What was thrown underneath.</param>
    public BadInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
