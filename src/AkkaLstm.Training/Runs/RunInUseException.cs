using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Runs;

/// <summary>Another process is training in a run directory.</summary>
/// <param name="path">The directory.</param>
public sealed class RunInUseException(string path)
    : BadInputException($"{path}: another process is training in it; wait for it or stop it first");
