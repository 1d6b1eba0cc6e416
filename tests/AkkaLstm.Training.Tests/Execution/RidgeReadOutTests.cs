using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Models.Gradients;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics.Batches;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Tests.Support;

namespace AkkaLstm.Training.Tests.Execution;

public sealed class RidgeReadOutTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private static PlanOptions Plan(double? ridge, CellKind cell = CellKind.Esn) =>
        new() { Cell = cell, Ridge = ridge, Hidden = 20, Layers = 2, Window = 24, Horizon = 3, Batch = 16, Seed = 4 };

    /// <summary>
    /// At the least of the sum of squares plus λ |W|² the gradient that training would follow, over all windows, is
    /// -2 λ W, and 0 for the bias.
    /// </summary>
    [Theory]
    [InlineData(0.01)]
    [InlineData(10)]
    public void Solve_Forecast_GradientOfTheWholeSplitIsThatOfThePenalty(double ridge)
    {
        JobContext job = TestJobs.Context(Plan(ridge), _directory["a"]);
        float[] solved = Initial(job);

        double[] gradient = GradientOfEpoch(job, solved);

        double[] before = GradientOfEpoch(job, Initial(TestJobs.Context(Plan(ridge: null), _directory["b"])));
        double scale = before[job.Layout.ReadOutStart..].Max(Math.Abs);
        TensorInfo weight = job.Layout.HeadWeight;
        Assert.True(scale > 100, $"training would have nothing to do: its largest gradient is {scale}");
        for (int i = job.Layout.ReadOutStart; i < solved.Length; i++)
        {
            double penalty = i < weight.End ? -2 * ridge * solved[i] : 0;
            Assert.Equal(penalty, gradient[i], 1e-4 * scale);
        }
    }

    [Fact]
    public void Solve_Forecast_LeavesTheReservoirAsItIs()
    {
        JobContext job = TestJobs.Context(Plan(0.01), _directory["a"]);

        float[] solved = Initial(job);

        float[] unsolved = Initial(TestJobs.Context(Plan(ridge: null), _directory["b"]));
        int start = job.Layout.ReadOutStart;
        Assert.Equal(unsolved[..start], solved[..start]);
        Assert.NotEqual(unsolved[start..], solved[start..]);
    }

    [Fact]
    public void Solve_Classes_AnswersMoreOftenRightThanTheMostFrequentClass() // which has half
    {
        PlanOptions plan = Plan(0.1) with { Data = "builtin:waves", Window = null, Horizon = null, Hidden = 60 };
        JobContext job = TestJobs.Context(plan, _directory["a"]);

        (_, long count, long correct) = Losses(job, Initial(job));

        Assert.InRange((double)correct / count, 0.57, 1);
    }

    [Fact]
    public void Solve_MoreUnitsThanRowsAndAPenaltyLostInRounding_AsksForALargerOne()
    {
        string csv = "x\n" + string.Concat(Enumerable.Range(0, 120).Select(i => $"{i * i % 17}\n"));
        PlanOptions plan = Plan(1e-30) with { Data = _directory.Write("x.csv", csv), Hidden = 120, Layers = 1, Window = 8 };
        JobContext job = TestJobs.Context(plan, _directory["a"]);

        var error = Assert.Throws<PermanentWorkException>(() => Initial(job));

        Assert.Equal("--ridge: 1E-30 is lost beside the sums of 74 rows; use a larger one", error.Message);
    }

    private static float[] Initial(JobContext job)
    {
        TrainingState state = job.StateOf(null, new Fence("run", 1, 1, 0), new SliceId(0, 1), replica: 0);
        return state.Parameters;
    }

    /// <summary>Gradient of the summed loss over all windows, in double.</summary>
    private static double[] GradientOfEpoch(JobContext job, float[] parameters)
    {
        var sum = new double[parameters.Length];
        Run(job, parameters, (gradient, _) =>
        {
            for (int i = 0; i < sum.Length; i++)
                sum[i] += gradient.Dense.Span[i];
        });
        return sum;
    }

    private static (double Sum, long Count, long Correct) Losses(JobContext job, float[] parameters)
    {
        (double Sum, long Count, long Correct) total = default;
        Run(job, parameters, (_, loss) =>
            total = (total.Sum + loss.LossSum, total.Count + loss.Count, total.Correct + loss.Correct));
        return total;
    }

    private static void Run(JobContext job, float[] parameters, Action<Gradient, ShardLoss> take)
    {
        var weights = new ModelWeights(job.Spec);
        weights.Load(parameters);
        int lanes = job.Plan.Batch;
        SequenceBatch batch = job.Train.Shape.CreateBatch(lanes);
        var workspace = new ModelWorkspace(job.Spec, job.Train.Shape.WindowLength, lanes);
        var gradient = new Gradient(job.Layout, job.Layout.Whole);
        var carry = new float[lanes * job.Spec.CarryLength];
        var losses = new ShardLoss[1];
        for (int step = 0; step < job.Train.StepsPerEpoch; step++)
        {
            job.Train.Fill(batch, epoch: 0, step, firstLane: 0, lanes);
            Array.Clear(carry);
            job.Model.ForwardBackward(weights, batch, 1, new StepKey(1, step), carry, carry, workspace, gradient, losses);
            take(gradient, losses[0]);
        }
    }
}
