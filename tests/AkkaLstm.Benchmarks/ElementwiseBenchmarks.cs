using AkkaLstm.Numerics.Elementwise;
using BenchmarkDotNet.Attributes;

namespace AkkaLstm.Benchmarks;

/// <summary>The elementary functions over a span that fits the first cache, beside the runtime's in double precision.</summary>
[MemoryDiagnoser]
public class ElementwiseBenchmarks
{
    private const int Length = 4096;
    private readonly float[] _x = Values.Uniform(Length);
    private readonly float[] _y = new float[Length];

    [Benchmark(Baseline = true)]
    public void NaiveTanh()
    {
        for (int i = 0; i < _x.Length; i++)
            _y[i] = (float)ElementwiseReference.Tanh(_x[i]);
    }

    [Benchmark]
    public void Tanh() => SpanMath.Tanh(_x, _y);

    [Benchmark]
    public void Sigmoid() => SpanMath.Sigmoid(_x, _y);

    [Benchmark]
    public void Exp() => SpanMath.Exp(_x, _y);

    [Benchmark]
    public void Log() => SpanMath.Log(_x, _y);
}
