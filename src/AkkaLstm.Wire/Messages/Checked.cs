using System.Numerics;
using System.Runtime.CompilerServices;

namespace AkkaLstm.Wire.Messages;

/// <summary>Checks of single fields; each failure is a <see cref="WireException"/> that names the field.</summary>
internal static class Checked
{
    /// <summary>A field that must be there.</summary>
    public static T Required<T>(
        bool isThere, T value, [CallerArgumentExpression(nameof(value))] string field = "") =>
        isThere ? value : throw new WireException(WireError.MissingField, $"{field} is missing");

    /// <summary>A part that must be there.</summary>
    public static T Required<T>(T? part, [CallerArgumentExpression(nameof(part))] string field = "")
        where T : class =>
        part ?? throw new WireException(WireError.MissingField, $"{field} is missing");

    /// <summary>A number from 0 to a limit.</summary>
    public static TNumber UpTo<TNumber>(
        TNumber value, TNumber most, [CallerArgumentExpression(nameof(value))] string field = "")
        where TNumber : INumber<TNumber> =>
        value >= TNumber.Zero && value <= most
            ? value
            : throw new WireException(WireError.OutOfRange, $"{field} is {value}, must be 0 to {most}");

    /// <summary>A number that must be there, from 0 to a limit.</summary>
    public static TNumber UpTo<TNumber>(
        bool isThere, TNumber value, TNumber most, [CallerArgumentExpression(nameof(value))] string field = "")
        where TNumber : INumber<TNumber> =>
        UpTo(Required(isThere, value, field), most, field);

    /// <summary>A number that must be there and not below 0.</summary>
    public static TNumber NotNegative<TNumber>(
        bool isThere, TNumber value, [CallerArgumentExpression(nameof(value))] string field = "")
        where TNumber : INumber<TNumber>, IMinMaxValue<TNumber> =>
        UpTo(Required(isThere, value, field), TNumber.MaxValue, field);

    /// <summary>A string that must be there, within its limit.</summary>
    public static string Text(
        bool isThere, string value, int maxLength, [CallerArgumentExpression(nameof(value))] string field = "") =>
        Text(Required(isThere, value, field), maxLength, field);

    /// <summary>A string within its limit.</summary>
    public static string Text(
        string value, int maxLength, [CallerArgumentExpression(nameof(value))] string field = "") =>
        value.Length <= maxLength
            ? value
            : throw new WireException(
                WireError.TooLong, $"{field} has {value.Length} characters, at most {maxLength} are taken");

    /// <summary>A list within its limit, element by element.</summary>
    public static TResult[] List<T, TResult>(
        IReadOnlyCollection<T> list, Func<T, TResult> map, [CallerArgumentExpression(nameof(list))] string field = "")
    {
        Length(list.Count, WireLimits.MaxListLength, field);
        var result = new TResult[list.Count];
        int i = 0;
        foreach (T element in list)
            result[i++] = map(element);
        return result;
    }

    /// <summary>The length of a list within its limit.</summary>
    public static void Length(int length, int most, string field)
    {
        if (length > most)
        {
            throw new WireException(
                WireError.TooLong, $"{field} has {length} elements, at most {most} are taken");
        }
    }

    /// <summary>The failure for a number that no enum value has.</summary>
    public static WireException Unknown<T>(T value)
        where T : struct, Enum =>
        new(WireError.OutOfRange, $"{typeof(T).Name} has no value {Convert.ToInt64(value)}");
}
