using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace AkkaLstm.Cli.Cluster.Status;

/// <summary>An instrument and what it has measured, by labels. Not safe for several threads.</summary>
internal sealed class MetricFamily
{
    /// <summary>More combinations of labels than any instrument of this program has; later ones are left out.</summary>
    private const int MaxSeries = 256;

    private readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);
    private readonly string _description;
    private readonly string _type;
    private readonly bool _isSum;
    private readonly IReadOnlyList<double> _bounds = [];
    private readonly long[] _buckets = [];
    private double _sum;
    private long _count;

    /// <summary>Makes the family of an instrument.</summary>
    public MetricFamily(Instrument instrument)
    {
        Type definition = instrument.GetType().GetGenericTypeDefinition();
        _type = definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>) ? "counter"
            : definition == typeof(Histogram<>) ? "histogram"
            : "gauge";
        _isSum = definition == typeof(Counter<>) || definition == typeof(UpDownCounter<>);
        _description = instrument.Description ?? "";
        Name = NameOf(instrument, _type);
        if (instrument is Histogram<double> histogram)
        {
            _bounds = histogram.Advice?.HistogramBucketBoundaries ?? [];
            _buckets = new long[_bounds.Count];
        }
    }

    /// <summary>Prometheus' name.</summary>
    public string Name { get; }

    /// <summary>Takes a measurement. Labels of histograms are not kept: none of this program has any.</summary>
    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_type == "histogram")
        {
            _sum += value;
            _count++;
            for (int i = 0; i < _bounds.Count; i++)
                _buckets[i] += value <= _bounds[i] ? 1 : 0;
            return;
        }

        string labels = LabelsOf(tags);
        if (_values.TryGetValue(labels, out double before))
            _values[labels] = _isSum ? before + value : value;
        else if (_values.Count < MaxSeries)
            _values[labels] = value;
    }

    /// <summary>Writes it, where something was measured.</summary>
    public void WriteTo(StringBuilder text)
    {
        if (_values.Count == 0 && _count == 0)
            return;
        text.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {Escaped(_description)}\n# TYPE {Name} {_type}\n");
        foreach ((string labels, double value) in _values)
            text.Append(CultureInfo.InvariantCulture, $"{Name}{labels} {value:R}\n");
        if (_type != "histogram")
            return;
        for (int i = 0; i < _bounds.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{le=\"{_bounds[i]:R}\"}} {_buckets[i]}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Name}_bucket{{le=\"+Inf\"}} {_count}\n{Name}_sum {_sum:R}\n{Name}_count {_count}\n");
    }

    private static string NameOf(Instrument instrument, string type)
    {
        string unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return instrument.Name.Replace('.', '_') + unit + (type == "counter" ? "_total" : "");
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        var text = new StringBuilder("{");
        foreach ((string key, object? value) in tags)
        {
            string shown = Escaped(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            text.Append(text.Length > 1 ? "," : "").Append(key.Replace('.', '_')).Append("=\"")
                .Append(shown.Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }

        return text.Append('}').ToString();
    }

    private static string Escaped(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
