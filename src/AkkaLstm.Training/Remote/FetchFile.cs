using AkkaLstm.Numerics;

namespace AkkaLstm.Training.Remote;

/// <summary>Brings a file of the coordinator (<see cref="OfferedFiles"/>) to this machine.</summary>
/// <param name="name">Its name.</param>
/// <param name="destinationPath">Where to write it; there is no file of that name.</param>
/// <param name="maxBytes">A longer one is refused.</param>
/// <param name="stop">Ends it early.</param>
/// <exception cref="BadInputException">The coordinator says that it has no such file, or what it has is damaged or too
/// long. Any other exception means that nothing is known of the file, and that trying again may help.</exception>
public delegate Task FetchFile(string name, string destinationPath, long maxBytes, CancellationToken stop);
