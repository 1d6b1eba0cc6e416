using AkkaLstm.Numerics.Gemm;
using BenchmarkDotNet.Attributes;

namespace AkkaLstm.Benchmarks;

/// <summary>C (M, N) = A (M, K) B (K, N) with packed B, beside the double-precision twin.</summary>
[MemoryDiagnoser]
public class GemmBenchmarks
{
    private readonly float[] _start;
    private readonly float[] _a;
    private readonly float[] _b;
    private readonly float[] _c;
    private readonly PackedMatrix _packed;

    public GemmBenchmarks()
    {
        _a = Values.Uniform(Rows * Depth);
        _b = Values.Uniform(Depth * Columns);
        _c = new float[Rows * Columns];
        _start = new float[Rows * Columns];
        _packed = new PackedMatrix(Depth, Columns);
        _packed.Pack(_b);
    }

    private const int Rows = 24; // M
    private const int Columns = 800; // N
    private const int Depth = 200; // K

    [Benchmark(Baseline = true)]
    public double[] Naive() => NaiveGemm.Multiply(_a, _b, _start, Depth, Columns);

    [Benchmark]
    public void Packed() => PackedGemm.Multiply(
        MatrixView.ReadOnlyRowMajor(_a, 1, Rows, Depth, Depth), _packed, MatrixView.RowMajor(_c, 1, Rows, Columns, Columns));

    [Benchmark]
    public void Pack() => _packed.Pack(_b);
}
