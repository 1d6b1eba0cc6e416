namespace AkkaLstm.Data;

/// <summary>A data set that needs no file, with the sizes it is meant to be used with.</summary>
/// <param name="Name">As in <c>builtin:NAME</c>.</param>
/// <param name="Task">What is asked of the model.</param>
/// <param name="Description">One line for people, with the source.</param>
/// <param name="Window">T to use by default.</param>
/// <param name="Batch">B to use by default.</param>
/// <param name="Horizon">Horizon to use by default; 1 where there is none.</param>
/// <param name="SeasonLength">Season to use by default, in rows; null where there is none.</param>
public sealed record BuiltinDataSet(
    string Name, DataTask Task, string Description, int Window, int Batch, int Horizon = 1, int? SeasonLength = null);
