using AkkaLstm.Models;
using AkkaLstm.Models.Formats;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Plans;

namespace AkkaLstm.Training.Execution;

/// <summary>
/// Where training begins: initialised parameters, or those of a file; moments and carried state are zero.
/// </summary>
internal sealed class InitialState
{
    private readonly TrainingPlan _plan;
    private readonly ParameterLayout _layout;
    private readonly float[]? _given;

    private InitialState(TrainingPlan plan, ParameterLayout layout, float[]? given)
    {
        _plan = plan;
        _layout = layout;
        _given = given;
    }

    /// <summary>
    /// The beginning of a plan. A given file is read at once, so that what is wrong with it is said before
    /// training.
    /// </summary>
    /// <exception cref="BadInputException">The file does not fit the model.</exception>
    public static InitialState Of(TrainingPlan plan, ModelSpec spec)
    {
        ParameterLayout layout = LayoutOf(spec);
        if (plan.Options.InitFrom is not { } path) return new InitialState(plan, layout, given: null);
        var parameters = new float[layout.TotalLength];
        using SafetensorsFile file = SafetensorsFile.Open(path);
        ParameterFile.Read(file, layout, parameters);
        return new InitialState(plan, layout, parameters);
    }

    /// <summary>The state, made anew.</summary>
    public TrainingState Create()
    {
        var parameters = new float[_layout.TotalLength];
        if (_given is null) Initializer.Fill(_layout, _plan.ToInitOptions(), _plan.Seed, parameters);
        else _given.CopyTo(parameters, 0);
        return new TrainingState(
            parameters,
            [.. _plan.ToOptimizerSpec().MomentNames.Select(_ => new float[_layout.TotalLength])],
            new float[_plan.Batch * _layout.Spec.CarryLength]);
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
