using AkkaLstm.Protocol;
using AkkaLstm.Protocol.Effects;
using AkkaLstm.Protocol.Events;
using AkkaLstm.Protocol.Work;

namespace AkkaLstm.Engines.Simulation.Checkers;

/// <summary>
/// How far each incarnation of a node got, by what it works on and records. A new generation gathers first, and until
/// it begins a node knows only the step it left off at; the generation may then begin at an earlier one.
/// </summary>
internal sealed class FenceTracker
{
    private readonly Dictionary<(int Host, int Incarnation), Place> _places = [];

    private sealed class Place
    {
        public Fence Reached;
        public bool HasBegun;
    }

    /// <summary>How far a node got; its run is null at first.</summary>
    public Fence ReachedBy(SimulatedNode node) => PlaceOf(node).Reached;

    /// <summary>Takes what an effect says; false when the node went back.</summary>
    public bool TryAdvance(SimulatedNode node, Effect effect) => effect switch
    {
        RecordEvent { Event: GenerationStarted started } => TryBegin(PlaceOf(node), started.Fence),
        StartWork { Order: RestoreSlice order } => TryBegin(PlaceOf(node), order.Fence),
        RecordEvent record => TryAdvance(PlaceOf(node), record.Event.Fence),

        // A checkpoint keeps the fence of its snapshot, however late it is written.
        StartWork { Order: not WriteCheckpoint and var order } => TryAdvance(PlaceOf(node), order.Fence),
        _ => true,
    };

    private static bool TryBegin(Place place, Fence fence)
    {
        bool isForward = TryAdvance(place, fence);
        place.HasBegun = true;
        return isForward;
    }

    private static bool TryAdvance(Place place, Fence fence)
    {
        bool isGathering = fence.Ballot == place.Reached.Ballot && !place.HasBegun;
        if (!isGathering && Fence.Compare(fence, place.Reached) < 0)
            return false;
        if (fence.Ballot != place.Reached.Ballot)
            place.HasBegun = false;
        place.Reached = fence;
        return true;
    }

    private Place PlaceOf(SimulatedNode node)
    {
        (int, int) key = (node.Host, node.Incarnation);
        if (!_places.TryGetValue(key, out Place? place))
            _places[key] = place = new Place();
        return place;
    }
}
