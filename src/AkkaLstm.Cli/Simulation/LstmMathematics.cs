using AkkaLstm.Data;
using AkkaLstm.Engines.Simulation;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Protocol.Work;
using AkkaLstm.Training.Execution;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Cli.Simulation;

/// <summary>
/// A real small language model for the simulator: state is carried from window to window, checkpoints are files in a
/// temporary directory. The job is the same for all seeds.
/// </summary>
internal sealed class LstmMathematics : IMathematics
{
    private readonly string _directory = Directory.CreateTempSubdirectory("akkalstm-simulate-").FullName;
    private readonly TrainingPlan _plan;
    private readonly DataSet _data;
    private TrainingProblem _problem;

    private LstmMathematics(TrainingPlan plan, DataSet data)
    {
        (_plan, _data) = (plan, data);
        _problem = TrainingProblem.Open(plan, data, _directory);
        Disk = new LstmDisk(_problem.Checkpoints, _directory);
    }

    /// <inheritdoc/>
    public JobDescription Job => _problem.Job;

    /// <inheritdoc/>
    public IJobPolicy Policy => _problem.Policy;

    /// <inheritdoc/>
    public IWorkExecutorFactory Executors => _problem.Executors;

    /// <inheritdoc/>
    public ICheckpointDisk Disk { get; }

    /// <summary>Writes the text that all seeds train on, and gives what opens a seed's mathematics.</summary>
    public static OpenMathematics Prepare()
    {
        string text = Path.GetTempFileName();
        try
        {
            File.WriteAllText(text, string.Concat(Enumerable.Range(0, 120).Select(i => $"the {i * i % 37} of {i % 11}; ")));
            var plan = TrainingPlan.Resolve(new PlanOptions
            {
                Data = text,
                Task = DataTask.CharLm,
                Hidden = 6,
                Layers = 1,
                Embedding = 4,
                Window = 10,
                Batch = 8,
                Shards = 4,
                Epochs = 2,
                Dropout = 0.1,
                Seed = 1,
            });
            DataSet data = DataSets.Open(plan.ToDataOptions());
            return _ => new LstmMathematics(plan, data);
        }
        finally
        {
            File.Delete(text);
        }
    }

    /// <inheritdoc/>
    public void BeginRun() => _problem = TrainingProblem.Open(_plan, _data, _directory);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
