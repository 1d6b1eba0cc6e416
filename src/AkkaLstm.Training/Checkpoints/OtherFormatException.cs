using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Checkpoints;

/// <summary>
/// A sound checkpoint of a format that this program does not read. It is no damage: to pass over it would train again what
/// another version of the program has trained already.
/// </summary>
/// <param name="place">The manifest.</param>
/// <param name="version">Its format.</param>
internal sealed class OtherFormatException(string place, int version) : BadInputException(
    $"{place}: has format version {version} where this program reads {CheckpointManifest.CurrentFormatVersion}; "
    + "use the program that wrote it");
