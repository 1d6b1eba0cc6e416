using System.Collections;
using System.Reflection;

namespace AkkaLstm.Wire.Tests.Messages;

/// <summary>
/// Compares two values property by property, numbers by their bits: record equality takes lists by reference, -0
/// for 0 and any NaN for any other.
/// </summary>
internal static class SameBits
{
    public static void Assert(object? expected, object? actual, string path)
    {
        if (expected is null || actual is null)
        {
            Xunit.Assert.True(expected is null && actual is null, $"{path}: {expected} became {actual}");
            return;
        }

        switch (expected)
        {
            case double number:
                Equal(BitConverter.DoubleToInt64Bits(number), BitConverter.DoubleToInt64Bits((double)actual), path);
                break;
            case float number:
                Equal(BitConverter.SingleToInt32Bits(number), BitConverter.SingleToInt32Bits((float)actual), path);
                break;
            case string or TestPayload:
                Equal(expected, actual, path);
                break;
            case IEnumerable list:
                object?[] left = [.. list.Cast<object?>()], right = [.. ((IEnumerable)actual).Cast<object?>()];
                Equal(left.Length, right.Length, $"{path}.Length");
                for (int i = 0; i < left.Length; i++)
                    Assert(left[i], right[i], $"{path}[{i}]");
                break;
            case var value when value.GetType().IsPrimitive || value is Enum or TimeSpan:
                Equal(expected, actual, path);
                break;
            default:
                Equal(expected.GetType(), actual.GetType(), path);
                foreach (PropertyInfo property in Properties(expected.GetType()))
                    Assert(property.GetValue(expected), property.GetValue(actual), $"{path}.{property.Name}");
                break;
        }
    }

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.GetIndexParameters().Length == 0);

    private static void Equal(object expected, object actual, string path) =>
        Xunit.Assert.True(expected.Equals(actual), $"{path}: {expected} became {actual}");
}
