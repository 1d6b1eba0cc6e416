using System.Text;
using AkkaLstm.Data;
using AkkaLstm.Models;
using AkkaLstm.Models.Formats;
using AkkaLstm.Models.Parameters;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Checkpoints;
using AkkaLstm.Training.Runs;

namespace AkkaLstm.Training.Inference;

/// <summary>
/// A trained model as it was found on disk: a run's best checkpoint, a checkpoint, or an exported safetensors
/// file.
/// </summary>
public sealed class ModelFile
{
    private const string CardMetadata = "akkalstm.model";

    private ModelFile(string source, ModelCard card, float[] parameters, JobProgress? progress)
    {
        Source = source;
        Card = card;
        Parameters = parameters;
        Progress = progress;
    }

    /// <summary>The checkpoint directory or file it was read from.</summary>
    public string Source { get; }

    /// <summary>Plan, shape and what was learned from the data.</summary>
    public ModelCard Card { get; }

    /// <summary>The model's shape.</summary>
    public ModelSpec Model => Card.Model;

    /// <summary>All parameters in layout order.</summary>
    public ReadOnlyMemory<float> Parameters { get; }

    /// <summary>Where training stood; null for an exported file.</summary>
    public JobProgress? Progress { get; }

    /// <summary>Reads a model.</summary>
    /// <param name="path">A run directory (its best checkpoint), a checkpoint directory, or a .safetensors
    /// file.</param>
    /// <param name="report">Hears of damaged checkpoints that are passed over; null for nobody.</param>
    /// <exception cref="BadInputException">There is none, it is damaged, or it was not written by this
    /// program.</exception>
    public static ModelFile Open(string path, Action<RunNotice>? report = null) => Open(path, isBest: true, report);

    /// <summary>As the other overload; for a run directory, either its best or its newest checkpoint.</summary>
    internal static ModelFile Open(string path, bool isBest, Action<RunNotice>? report)
    {
        if (RunDirectory.IsRun(path)) return OpenRun(path, isBest, report ?? (_ => { }));
        if (CheckpointReader.IsCheckpoint(path)) return OpenCheckpoint(path);
        if (Directory.Exists(path))
            throw new BadInputException(
                $"{path}: is neither a run nor a checkpoint; "
                + "give a directory that train made, or a .safetensors file");
        string? directory = Path.GetDirectoryName(Path.GetFullPath(path));
        return directory is not null
            && Path.GetFileName(path) == CheckpointStore.ParametersName
            && CheckpointReader.IsCheckpoint(directory)
            ? OpenCheckpoint(directory)
            : OpenExported(path);
    }

    /// <summary>
    /// Opens data the way the model's plan cuts it, with the scales or the vocabulary saved with the model.
    /// </summary>
    /// <param name="data">Path of the data or <c>builtin:NAME</c>; null takes what the model was trained
    /// on.</param>
    /// <param name="isWhole">Whether nothing is cut: all of the data becomes the test part.</param>
    /// <exception cref="BadInputException">The data cannot be used with this model.</exception>
    public DataSet OpenData(string? data, bool isWhole = false)
    {
        DataOptions options = DataOptionsFor(data);
        if (isWhole)
            options = options with { ValidFraction = 0, TestFraction = 1 };
        DataSet opened = DataSets.Open(options, Card.Artifacts);
        return opened.Shape.InputSize == Model.InputSize && opened.Shape.OutputSize == Model.OutputSize
            ? opened
            : throw new BadInputException(
                $"{data}: gives {opened.Shape.InputSize} inputs and {opened.Shape.OutputSize} outputs "
                + $"where the model has {Model.InputSize} and {Model.OutputSize}; "
                + $"give data like that it was trained on ({Card.Plan.Data})");
    }

    /// <summary>
    /// Writes the model as one safetensors file that <see cref="Open(string, Action{RunNotice})"/> and other
    /// tools read.
    /// </summary>
    /// <exception cref="StorageException">It cannot be written.</exception>
    public void Export(string path)
    {
        using var content = new MemoryStream();
        Safetensors.Write(
            content,
            ParameterFile.Entries(ParameterLayout.For(Model), Parameters),
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [CardMetadata] = Encoding.UTF8.GetString(Card.ToBytes()),
            });
        DurableFile.Replace(path, content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    /// <summary>What the plan says about data, for other data of the same kind.</summary>
    internal DataOptions DataOptionsFor(string? data)
    {
        DataOptions options = Card.Plan.ToDataOptions();
        return data is null ? options : options with { Data = data, ValidPath = null, TestPath = null };
    }

    private static ModelFile OpenRun(string path, bool isBest, Action<RunNotice> report)
    {
        string checkpoints = Path.Combine(path, RunDirectory.CheckpointsName);
        (string Path, CheckpointManifest Manifest)? found = isBest
            ? CheckpointReader.FindBest(checkpoints, report)
            : CheckpointReader.FindNewest(checkpoints, report);
        return found is { } checkpoint
            ? Read(checkpoint.Path, checkpoint.Manifest)
            : throw new BadInputException(Without(path, checkpoints));
    }

    private static string Without(string path, string checkpoints)
    {
        int damaged = Directory.Exists(checkpoints) ? Directory.GetDirectories(checkpoints, "step-*").Length : 0;
        return damaged == 0
            ? $"{path}: has no checkpoint yet; resume the run, or train anew"
            : $"{path}: all of its {damaged} checkpoints are damaged; restore one from a backup, or train anew";
    }

    private static ModelFile OpenCheckpoint(string path) => Read(path, CheckpointReader.Verify(path));

    private static ModelFile Read(string path, CheckpointManifest manifest)
    {
        string cardPath = Path.Combine(path, CheckpointStore.ModelName);
        ModelCard card = ModelCard.Parse(File.ReadAllText(cardPath, Encoding.UTF8), cardPath);
        float[] parameters = ReadParameters(Path.Combine(path, CheckpointStore.ParametersName), card.Model);
        return new ModelFile(path, card, parameters, manifest.Progress);
    }

    private static ModelFile OpenExported(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(CardMetadata, out string? json))
        {
            throw new BadInputException(
                $"{path}: says nothing of its model (no metadata {CardMetadata}); "
                + "use a file that export wrote, or train with --init-from");
        }

        ModelCard card = ModelCard.Parse(json, path);
        ParameterLayout layout = ParameterLayout.For(card.Model);
        var parameters = new float[layout.TotalLength];
        ParameterFile.Read(file, layout, parameters);
        return new ModelFile(path, card, parameters, progress: null);
    }

    private static float[] ReadParameters(string path, ModelSpec spec)
    {
        ParameterLayout layout = ParameterLayout.For(spec);
        var parameters = new float[layout.TotalLength];
        using SafetensorsFile file = SafetensorsFile.Open(path);
        ParameterFile.Read(file, layout, parameters);
        return parameters;
    }
}
