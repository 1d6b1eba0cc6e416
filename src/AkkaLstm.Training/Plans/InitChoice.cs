using System.Globalization;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Plans;

/// <summary>The value of <c>--init</c>: <c>default</c>, <c>uniform:X</c> or <c>orthogonal</c>.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Range">X of uniform:X, the parameters lie in [-X, X); 0 for the others.</param>
public readonly record struct InitChoice(InitKind Kind, double Range)
{
    /// <summary>What can be typed.</summary>
    public const string Syntax = "default|uniform:X|orthogonal";

    /// <summary>Reads the value of the option.</summary>
    /// <exception cref="BadInputException">It is none of the known ones, or X is not a positive
    /// number.</exception>
    public static InitChoice Parse(string text, string place)
    {
        string[] parts = text.Split(':');
        InitKind kind = parts.Length <= 2
            && parts[0].All(char.IsAsciiLetter) // numbers and lists of names are values of an enumeration too
            && Enum.TryParse(parts[0], ignoreCase: true, out InitKind known)
            ? known
            : throw new BadInputException($"{place}: '{text}' is not known; use one of {Syntax}");
        if (kind != InitKind.Uniform)
        {
            return parts.Length == 1
                ? new InitChoice(kind, 0)
                : throw new BadInputException($"{place}: '{parts[0]}' takes no number; use one of {Syntax}");
        }

        bool isNumber = parts.Length == 2
            & double.TryParse(parts[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double range);
        return isNumber && (float)range > 0 && float.IsFinite((float)range)
            ? new InitChoice(kind, range)
            : throw new BadInputException(
                $"{place}: uniform needs a positive range, for example uniform:0.1, not '{text}'");
    }

    /// <summary>The text that <see cref="Parse"/> reads back.</summary>
    public override string ToString() => Kind == InitKind.Uniform
        ? string.Create(CultureInfo.InvariantCulture, $"uniform:{Range}")
        : ChoiceNames.NameOf(Kind);
}
