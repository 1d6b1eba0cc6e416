using AkkaLstm.Numerics;

namespace AkkaLstm.Data;

/// <summary>
/// A data set with its splits. The splits are cut on first use, so that a data set that is opened with a
/// saved model to evaluate one split need not be long enough for the others.
/// </summary>
public abstract class DataSet
{
    private readonly Lazy<ISequenceSource>[] _sources;

    /// <summary>Sets what all data sets have.</summary>
    protected DataSet(string name, DataTask task, string hash)
    {
        Name = name;
        Task = task;
        Hash = hash;
        _sources = [.. Enum.GetValues<DataSplit>().Select(
            split => new Lazy<ISequenceSource>(() => CreateSource(split)))];
    }

    /// <summary>The file or <c>builtin:NAME</c> it was opened from.</summary>
    public string Name { get; }

    /// <summary>What is asked of the model.</summary>
    public DataTask Task { get; }

    /// <summary>
    /// SHA-256 (lower-case hex) over the contents of all its files, or over the definition of a synthetic
    /// problem.
    /// </summary>
    public string Hash { get; }

    /// <summary>What must be saved with the model.</summary>
    public abstract DataArtifacts Artifacts { get; }

    /// <summary>Sizes of the windows, equal in all splits.</summary>
    public abstract SourceShape Shape { get; }

    /// <summary>What a person should know of the data before it is trained on, a sentence each; may be empty.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>Whether anything was set aside for the split.</summary>
    public abstract bool Has(DataSplit split);

    /// <summary>The windows of a split.</summary>
    /// <exception cref="BadInputException">There is no such split, or it is too short for one window.</exception>
    public ISequenceSource Source(DataSplit split) => _sources[(int)split].Value;

    /// <summary>A fresh tally that turns the model's outputs on a split into the task's own figures.</summary>
    /// <exception cref="BadInputException">As <see cref="Source"/>.</exception>
    public abstract TaskEvaluation Evaluate(DataSplit split);

    /// <summary>Cuts the windows of a split; called once for each.</summary>
    protected abstract ISequenceSource CreateSource(DataSplit split);

    /// <summary>
    /// What to say when a split that was left out is asked for: which options of training set one aside. Whoever takes none of
    /// them asks <see cref="Has"/> first.
    /// </summary>
    protected BadInputException MissingSplit(DataSplit split)
    {
        string option = split == DataSplit.Train ? "smaller --valid-fraction and --test-fraction"
            : split == DataSplit.Valid ? "--valid FILE or --valid-fraction" : "--test FILE or --test-fraction";
        return new BadInputException($"{Name}: has no {split.ToString().ToLowerInvariant()} part; give {option}.");
    }
}
