using System.Globalization;
using System.Text.Json;

namespace AkkaLstm.Training.Plans;

/// <summary>An option whose values are of type <typeparamref name="T"/>.</summary>
internal sealed class PlanOption<T> : PlanOption
{
    private readonly Func<PlanOptions, T?> _get;
    private readonly Func<PlanOptions, T, PlanOptions> _set;
    private readonly Func<string, string, T> _parse;
    private readonly Func<T, string>? _format;

    public PlanOption(
        string name,
        PlanValueKind kind,
        string valueHint,
        string help,
        Func<PlanOptions, T?> get,
        Func<PlanOptions, T, PlanOptions> set,
        Func<string, string, T> parse,
        Func<T, string>? format = null)
        : base(name, kind, valueHint, help)
    {
        _get = get;
        _set = set;
        _parse = parse;
        _format = format;
    }

    public IReadOnlyList<string> ChoiceList
    {
        init => Choices = value;
    }

    public override bool IsSet(PlanOptions options) => _get(options) is not null;

    public override PlanOptions Copy(PlanOptions from, PlanOptions to) => _set(to, _get(from)!);

    public override PlanOptions Parse(PlanOptions options, string text, string? place = null) =>
        _set(options, _parse(text, place ?? CommandLineName));

    public override string? TextOf(PlanOptions options) => _get(options) switch
    {
        null => null,
        IReadOnlyList<string> list => string.Join(',', list),
        IReadOnlyList<double> list => string.Join(',', list.Select(item => item.ToString(CultureInfo.InvariantCulture))),
        { } value when _format is not null => _format(value),
        { } value => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    internal override PlanOptions SetItems(PlanOptions options, IReadOnlyList<string> items) =>
        items is T list ? _set(options, list) : throw new InvalidOperationException($"{Name} is not a list.");

    internal override void Write(Utf8JsonWriter writer, PlanOptions options)
    {
        if (_get(options) is not { } value) return;
        switch (value)
        {
            case int number: writer.WriteNumber(Name, number); break;
            case long number: writer.WriteNumber(Name, number); break;
            case double number: writer.WriteNumber(Name, number); break;
            case IReadOnlyList<string> list:
                writer.WriteStartArray(Name);
                foreach (string item in list) writer.WriteStringValue(item);
                writer.WriteEndArray();
                break;
            case IReadOnlyList<double> list:
                writer.WriteStartArray(Name);
                foreach (double item in list) writer.WriteNumberValue(item);
                writer.WriteEndArray();
                break;
            default: writer.WriteString(Name, _format is null ? value.ToString() : _format(value)); break;
        }
    }
}
