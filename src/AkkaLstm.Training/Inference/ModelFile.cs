using AkkaLstm.Models;
using AkkaLstm.Numerics;
using AkkaLstm.Protocol.Jobs;
using AkkaLstm.Training.Checkpoints;

namespace AkkaLstm.Training.Inference;

/// <summary>A trained model as it was found on disk: a run's best checkpoint, a checkpoint, or an exported safetensors file.</summary>
public sealed class ModelFile
{
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
    /// <param name="path">A run directory (its best checkpoint), a checkpoint directory, or a .safetensors file.</param>
    /// <exception cref="BadInputException">There is none, it is damaged, or it was not written by this program.</exception>
    public static ModelFile Open(string path) => throw new NotSupportedException();

    /// <summary>Writes the model as one safetensors file that <see cref="Open"/> and other tools read.</summary>
    /// <exception cref="Runs.StorageException">It cannot be written.</exception>
    public void Export(string path) => throw new NotSupportedException();
}
