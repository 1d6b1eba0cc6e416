using AkkaLstm.Numerics.Simd;

namespace AkkaLstm.Cli.Bench;

/// <summary>What <c>bench --json</c> prints; sections that were not asked for are left out.</summary>
internal sealed record BenchReport
{
    /// <summary>Vector width of the kernels.</summary>
    public SimdPath SimdPath { get; init; } = SimdPaths.Current;

    /// <summary>Processor cores.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>Runtime.</summary>
    public string Framework { get; init; } =
        System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription;

    /// <summary>Peak of one core, GFLOP/s.</summary>
    public Sample? FmaGflops { get; set; }

    /// <summary>Products.</summary>
    public IReadOnlyList<GemmSpeed>? Gemm { get; set; }

    /// <summary>Passes over memory.</summary>
    public IReadOnlyList<ElementwiseSpeed>? Elementwise { get; set; }

    /// <summary>Training steps on one thread.</summary>
    public IReadOnlyList<StepSpeed>? Step { get; set; }

    /// <summary>Training steps of every cell.</summary>
    public IReadOnlyList<CellSpeed>? Cells { get; set; }

    /// <summary>Whole training by workers.</summary>
    public IReadOnlyList<ScalingSpeed>? Workers { get; set; }

    /// <summary>Bulk values between two ends of a connection.</summary>
    public IReadOnlyList<WireSpeed>? Wire { get; set; }

    /// <summary>The peer's versions.</summary>
    public string? Peer { get; set; }

    /// <summary>
    /// Speed of the peer's matrix product, GFLOP/s; far below <see cref="FmaGflops"/>, its BLAS is not an
    /// optimised one.
    /// </summary>
    public double? PeerProductGflops { get; set; }

    /// <summary>Training steps beside the peer's.</summary>
    public IReadOnlyList<PeerSpeed>? BesidePeer { get; set; }
}
