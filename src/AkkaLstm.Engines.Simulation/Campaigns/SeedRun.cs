using AkkaLstm.Engines.Simulation.Checkers;
using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Jobs;

namespace AkkaLstm.Engines.Simulation;

/// <summary>
/// One seed: chaos, then a healed cluster that must finish, then, where the job ended for a cause before, another
/// run from the newest checkpoint that must finish. At the end stand the bits of the reference run.
/// </summary>
public sealed class SeedRun
{
    private readonly long _seed;
    private readonly CampaignOptions _options;
    private readonly EventCounter _counter = new();
    private readonly TraceWriter? _trace;
    private TimeSpan _virtualTime;
    private string _outcome = "none";

    private SeedRun(long seed, CampaignOptions options, TextWriter? trace)
    {
        _seed = seed;
        _options = options;
        _trace = trace is null ? null : new TraceWriter(trace);
    }

    /// <summary>Runs a seed; the same seed and options always give the same result.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="options">What is run.</param>
    /// <param name="trace">Gets a line for all that happens; null for none.</param>
    public static SeedResult Run(long seed, CampaignOptions options, TextWriter? trace = null)
    {
        var run = new SeedRun(seed, options, trace);
        (Verdict verdict, string? message) = (Verdict.Passed, null);
        try
        {
            run.RunAll();
        }
        catch (SimulationFailureException failure)
        {
            (verdict, message) = (failure.Verdict, failure.Message);
            run._trace?.Write(run._virtualTime, $"FAILED {verdict}: {message}");
        }

        return new SeedResult(
            seed,
            verdict,
            message,
            run._outcome,
            run._virtualTime,
            run._counter.InputCount,
            run._counter.Faults,
            new SortedDictionary<string, long>(run._counter.Events.ToDictionary(), StringComparer.Ordinal));
    }

    private void RunAll()
    {
        var random = new SeededRandom((ulong)_seed);
        SwarmPlan plan = SwarmPlan.Draw(random.Fork(1), _options);
        _trace?.Write(TimeSpan.Zero, $"seed {_seed}: {plan.Describe()}");
        using IMathematics mathematics = _options.Open(plan.Shape);
        using IMathematics untouched = _options.Open(plan.Shape);
        var reference = Reference.Compute(untouched);
        JobDescription job = mathematics.Job with { RunId = $"seed-{_seed}", Checkpoints = plan.Checkpoints };

        JobOutcome outcome = RunUnderChaos(plan, job, mathematics, reference, random.Fork(2));
        _outcome = outcome.Kind.ToString();
        if (outcome.Kind == JobOutcomeKind.Completed && IsResult(mathematics, outcome, reference))
            return;

        _outcome += ", resumed";
        mathematics.BeginRun();
        (string Id, JobProgress Progress)? newest = mathematics.Disk.NewestValid();
        JobDescription rest = job with
        {
            RunId = $"seed-{_seed}-resumed",
            Start = newest?.Progress ?? JobProgress.Initial,
            RestoreFrom = newest?.Id,
        };
        JobOutcome end = RunHealthy(plan, rest, mathematics, reference, random.Fork(3));
        if (end.Kind != JobOutcomeKind.Completed)
            Checks.Late($"the resumed job ended as {end.Kind}: {end.Reason}");
        if (!IsResult(mathematics, end, reference))
            Checks.Wrong("the resumed job left a damaged checkpoint");
    }

    /// <summary>Whether there is a result; a wrong one ends the seed.</summary>
    private static bool IsResult(IMathematics mathematics, JobOutcome outcome, Reference reference)
    {
        // The disk may have damaged it since.
        if (outcome.CheckpointId is not { } id || mathematics.Disk.Fingerprint(id) is not { } fingerprint)
            return false;
        if (fingerprint != reference.Fingerprint)
            Checks.Wrong($"the result differs from the reference: {fingerprint} for {reference.Fingerprint}");
        return true;
    }

    private JobOutcome RunUnderChaos(
        SwarmPlan plan, JobDescription job, IMathematics mathematics, Reference reference, SeededRandom random)
    {
        (SimulatedCluster cluster, Justification justification) =
            Build(plan, job, mathematics, reference, plan.Network, random);
        var nemesis = new Nemesis(cluster, plan, random.Fork(5));
        StartAll(cluster, plan, plan.WorkerCount, random.Fork(6));
        nemesis.Begin();
        RunUntilEnd(cluster, plan.ChaosTime);
        if (cluster.Outcome is null)
        {
            justification.HealedAt = plan.ChaosTime;
            _trace?.Write(cluster.Agenda.Now, "HEAL");
            nemesis.Heal();
            RunUntilEnd(cluster, plan.ChaosTime + ProgressLimit(plan));
        }

        JobOutcome outcome = EndOf(cluster, plan);
        justification.Check(outcome);
        return outcome;
    }

    private JobOutcome RunHealthy(
        SwarmPlan plan, JobDescription job, IMathematics mathematics, Reference reference, SeededRandom random)
    {
        (SimulatedCluster cluster, _) = Build(plan, job, mathematics, reference, plan.Network.Healed, random);
        cluster.Work = plan.Work.Healed;
        StartAll(cluster, plan, random.Between(plan.Options.MinWorkers, 1 + plan.WorkerCount), random.Fork(6));
        RunUntilEnd(cluster, ProgressLimit(plan));
        return EndOf(cluster, plan);
    }

    private (SimulatedCluster Cluster, Justification Justification) Build(
        SwarmPlan plan,
        JobDescription job,
        IMathematics mathematics,
        Reference reference,
        NetworkOptions network,
        SeededRandom random)
    {
        var setup = new ClusterSetup
        {
            Job = job,
            Policy = mathematics.Policy,
            Executors = mathematics.Executors,
            Disk = mathematics.Disk,
            Shape = plan.Cluster,
            Options = plan.Options,
        };
        var observers = new List<IClusterObserver>();
        var cluster = new SimulatedCluster(setup, new Agenda(), random, network, observers);
        var justification = new Justification(cluster, plan.Options);
        _trace?.Begin(cluster);
        if (_trace is not null)
            observers.Add(_trace);
        observers.AddRange(
        [
            _counter,
            justification,
            new ForwardChecker(),
            new StepChecker(reference),
            new SampleChecker(job, reference),
            new ReductionChecker(job),
            new StaleChecker(),
            new BoundsChecker(cluster, job.ShardCount),
            new DeadlineChecker(cluster, plan.Options, job.ShardCount),
        ]);
        return (cluster, justification);
    }

    private static void StartAll(SimulatedCluster cluster, SwarmPlan plan, int workerCount, SeededRandom random)
    {
        IEnumerable<NodeId> ids = Enumerable.Range(0, plan.Cluster.SeatCount).Select(NodeId.Server)
            .Concat(Enumerable.Range(0, workerCount).Select(NodeId.Worker))
            .Prepend(NodeId.Coordinator);
        foreach (NodeId id in ids)
        {
            SimulatedNode node = cluster.Add(id, new NodeClock(rate: 1, random.Milliseconds(0, 1000)));
            cluster.Agenda.After(random.Milliseconds(0, 20), () =>
            {
                if (node.Incarnation < 0)
                    cluster.Start(node);
            });
        }
    }

    private void RunUntilEnd(SimulatedCluster cluster, TimeSpan limit)
    {
        TimeSpan before = _virtualTime - cluster.Agenda.Now;
        try
        {
            while (cluster.Outcome is null && cluster.Agenda.TryStep(limit))
            {
            }
        }
        finally
        {
            _virtualTime = before + cluster.Agenda.Now;
        }
    }

    private static JobOutcome EndOf(SimulatedCluster cluster, SwarmPlan plan) => cluster.Outcome
        ?? throw new SimulationFailureException(
            Verdict.NoProgress,
            $"{ProgressLimit(plan)} after the cluster was healed the job has not ended; "
            + string.Join(", ", cluster.Nodes.Select(n => $"{n} {n.Role?.PhaseName()}")));

    /// <summary>
    /// What a healed cluster may take: every deadline once for what is left of the chaos, and all steps at ten
    /// times the mean of their work.
    /// </summary>
    private static TimeSpan ProgressLimit(SwarmPlan plan) =>
        (2 * Justification.LongestWaits(plan.Options))
        + (10 * plan.Shape.StepCount * ((plan.Shape.ShardCount * plan.Work.ShardTime) + TimeSpan.FromMilliseconds(20)));
}
