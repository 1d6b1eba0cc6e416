using AkkaLstm.Models;
using AkkaLstm.Models.Formats;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Plans;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// Where training begins: initialised parameters, or those of a file; moments and carried state are zero.
/// </summary>
internal sealed class InitialState
{
    private readonly TrainingPlan _plan;
    private readonly ParameterLayout _layout;
    private readonly CheckpointFile? _expected;
    private readonly Lazy<(float[] Parameters, CheckpointFile Content)>? _given;

    private InitialState(TrainingPlan plan, ModelSpec spec, CheckpointFile? expected)
    {
        _plan = plan;
        _layout = LayoutOf(spec);
        _expected = expected;
        if (plan.Options.InitFrom is { } path) _given = new(() => Read(path));
    }

    /// <summary>
    /// Size and hash of the file that the parameters come from; null where there is none, or where it was not read yet and
    /// nothing is known of it.
    /// </summary>
    public CheckpointFile? File => _given is { IsValueCreated: true } given ? given.Value.Content : _expected;

    /// <summary>
    /// The beginning of a plan. A given file is read at once, so that what is wrong with it is said before
    /// training.
    /// </summary>
    /// <exception cref="BadInputException">The file does not fit the model.</exception>
    public static InitialState Of(TrainingPlan plan, ModelSpec spec)
    {
        var initial = new InitialState(plan, spec, expected: null);
        initial.Open();
        return initial;
    }

    /// <summary>The beginning of a run that may have left it behind: a given file is read when it is needed.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="spec">The model's shape.</param>
    /// <param name="expected">What the file was when the run began; null where it is not known.</param>
    public static InitialState OfEarlier(TrainingPlan plan, ModelSpec spec, CheckpointFile? expected) =>
        new(plan, spec, expected);

    /// <summary>Reads a given file, unless that was done.</summary>
    /// <exception cref="BadInputException">It does not fit the model, or is not what it was.</exception>
    public void Open() => _ = _given?.Value;

    /// <summary>The state, made anew.</summary>
    /// <exception cref="BadInputException">As <see cref="Open"/>.</exception>
    public TrainingState Create()
    {
        var parameters = new float[_layout.TotalLength];
        if (_given is null) Initializer.Fill(_layout, _plan.ToInitOptions(), _plan.Seed, parameters);
        else _given.Value.Parameters.CopyTo(parameters, 0);
        return new TrainingState(
            parameters,
            [.. _plan.ToOptimizerSpec().MomentNames.Select(_ => new float[_layout.TotalLength])],
            new float[_plan.Batch * _layout.Spec.CarryLength]);
    }

    private (float[] Parameters, CheckpointFile Content) Read(string path)
    {
        // One opened file for both, so that the hash is that of the parameters even if another takes its name meanwhile.
        using FileStream stream = OpenToRead(path);
        CheckpointFile content = HashingFile.Read(stream);
        if (_expected is not null && content != _expected) throw RunJob.Changed(path, content.Sha256, _expected.Sha256);
        stream.Position = 0;
        using SafetensorsFile file = SafetensorsFile.Read(stream, path);
        var parameters = new float[_layout.TotalLength];
        ParameterFile.Read(file, _layout, parameters);
        return (parameters, content);
    }

    private static FileStream OpenToRead(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException(
                $"{path}: cannot be opened ({e.Message}); give --init-from a readable safetensors file", e);
        }
    }

    private static ParameterLayout LayoutOf(ModelSpec spec)
    {
        try
        {
            return ParameterLayout.For(spec);
        }
        catch (ArgumentException e)
        {
            throw new BadInputException($"--hidden: {e.Message}", e);
        }
    }
}
