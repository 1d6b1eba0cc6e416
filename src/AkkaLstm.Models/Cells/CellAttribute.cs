using System.Reflection;

namespace AkkaLstm.Models.Cells;

/// <summary>Says which class computes a <see cref="CellKind"/>: the line that registers a cell.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal abstract class CellAttribute : Attribute
{
    /// <summary>Makes the cell.</summary>
    internal abstract RecurrentCell Create();
}

/// <inheritdoc/>
/// <typeparam name="TCell">The class.</typeparam>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class CellAttribute<TCell> : CellAttribute
    where TCell : RecurrentCell, new()
{
    /// <inheritdoc/>
    internal override RecurrentCell Create() => new TCell();
}

/// <summary>One instance of every registered cell.</summary>
internal static class CellRegistry
{
    private static readonly RecurrentCell[] Cells =
    [
        .. Enum.GetValues<CellKind>().Select(kind =>
            typeof(CellKind).GetField(kind.ToString())!.GetCustomAttribute<CellAttribute>()!.Create()),
    ];

    /// <summary>The cell of a kind; kinds are numbered from 0 without gaps.</summary>
    internal static RecurrentCell Of(CellKind kind) => (uint)kind < (uint)Cells.Length
        ? Cells[(int)kind]
        : throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such cell.");
}
