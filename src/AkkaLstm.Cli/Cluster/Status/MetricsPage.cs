using System.Diagnostics.Metrics;
using System.Text;
using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Cli.Cluster.Status;

/// <summary>
/// Follows a node's meter, that of its tensor channels and the runtime's own (System.Runtime) and writes what they have counted in Prometheus' text
/// format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). Names and units go over as
/// OpenTelemetry's specification of compatibility with Prometheus says: akkalstm.step.duration in s becomes
/// akkalstm_step_duration_seconds.
/// </summary>
internal sealed class MetricsPage : IDisposable
{
    /// <summary>The format's content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string RuntimeMeter = "System.Runtime";

    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    /// <summary>Starts to follow.</summary>
    /// <param name="meter">The node's.</param>
    public MetricsPage(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter != meter && instrument.Meter.Name is not (RuntimeMeter or TensorMetrics.MeterName))
                return;
            var family = new MetricFamily(instrument);
            lock (_lock)
                _families[family.Name] = family;
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Take(value, tags, state));
        _listener.Start();
    }

    /// <summary>The page as it is now.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach (MetricFamily family in _families.Values)
                family.WriteTo(text);
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        lock (_lock)
            ((MetricFamily)state!).Take(value, tags);
    }
}
