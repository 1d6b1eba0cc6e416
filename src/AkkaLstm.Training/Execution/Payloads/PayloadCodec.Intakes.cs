using AkkaLstm.Models.Parameters;
using AkkaLstm.Protocol;

namespace AkkaLstm.Training.Execution.Payloads;

/// <content>Values on their way in, by kind.</content>
internal sealed partial class PayloadCodec
{
    /// <summary>What all intakes have: the slice is looked up when values begin to come.</summary>
    private abstract class Intake(PayloadCodec codec, PayloadPlace place) : PayloadIntake
    {
        protected PayloadCodec Codec => codec;

        protected JobContext Job => codec._job;

        protected PayloadPlace Place => place;

        public sealed override IReadOnlyList<Memory<float>>? TryOpen(IReadOnlyList<int> lengths) =>
            codec.TryFindSlice(place.Slice, out ParameterSlice slice) ? TryOpen(slice, lengths) : null;

        public sealed override void Abandon() => Close(isWhole: false);

        protected abstract IReadOnlyList<Memory<float>>? TryOpen(ParameterSlice slice, IReadOnlyList<int> lengths);

        protected abstract void Close(bool isWhole);
    }

    private sealed class ParametersIntake(PayloadCodec codec, PayloadPlace place) : Intake(codec, place)
    {
        private readonly ParameterPayload _payload = new(place: null);
        private ReceivedParameters? _buffer;
        private ParameterSlice _slice;

        public override Payload Payload => _payload;

        protected override IReadOnlyList<Memory<float>>? TryOpen(ParameterSlice slice, IReadOnlyList<int> lengths)
        {
            if (lengths.Count is not (1 or 2) || lengths[0] != slice.Length) return null;
            _slice = slice;
            _buffer = Codec._parameters.TryOpen(Place.Fence, Place.Slice, slice);
            return _buffer is null ? null : [_buffer.Step.ValuesOf(slice, Place.Fence.Step)];
        }

        public override bool TryAdopt(int run, ReadOnlyMemory<float> values) =>
            _slice.Length == Job.Layout.TotalLength
            && (run == 0 ? _buffer!.Step.TryAdopt(values) : _buffer!.Step.TryAdoptPacked(values));

        public override bool TryComplete()
        {
            _payload.Arrive(new ParameterPlace(_buffer!.Step, _slice));
            Close(isWhole: true);
            return true;
        }

        protected override void Close(bool isWhole) => Codec._parameters.Close(_buffer!, Place.Slice, isWhole);
    }

    private sealed class GradientIntake(PayloadCodec codec, PayloadPlace place) : Intake(codec, place)
    {
        private const int NoRows = -1;

        private readonly GradientPayload _payload = new(gradient: null);
        private ReceivedGradient? _buffer;
        private int _rowCount = NoRows;

        public override Payload Payload => _payload;

        protected override IReadOnlyList<Memory<float>>? TryOpen(ParameterSlice slice, IReadOnlyList<int> lengths)
        {
            int mostRows = RowCountOf(Job.Layout, slice);
            int denseLength = slice.Length - (mostRows * Job.Layout.SparseRowWidth);
            if (lengths.Count != (mostRows == 0 ? 1 : 3) || lengths[0] != denseLength) return null;
            if (mostRows > 0)
            {
                _rowCount = lengths[1];
                if (_rowCount < 0 || _rowCount > mostRows || lengths[2] != _rowCount * Job.Layout.SparseRowWidth)
                    return null;
            }

            _buffer = Codec._gradients.TryOpen(Place.Fence, Place.Slice, slice);
            return _buffer?.Runs(_rowCount);
        }

        public override bool TryAdopt(int run, ReadOnlyMemory<float> values) => run == 0 && _buffer!.TryAdopt(values);

        public override bool TryComplete()
        {
            bool isWhole = _rowCount == NoRows || _buffer!.TryTakeRows(_rowCount);
            if (isWhole) _payload.Arrive(_buffer!.Gradient);
            Close(isWhole);
            return isWhole;
        }

        protected override void Close(bool isWhole) => Codec._gradients.Close(_buffer!, Place.Slice, isWhole);
    }

    private sealed class CarryIntake(PayloadCodec codec, PayloadPlace place) : Intake(codec, place)
    {
        private readonly CarryPayload _payload = new(carry: null);
        private ReceivedCarry? _buffer;

        public override Payload Payload => _payload;

        protected override IReadOnlyList<Memory<float>>? TryOpen(ParameterSlice slice, IReadOnlyList<int> lengths)
        {
            if (lengths is not [var length] || length != Job.ShardCarryLength) return null;
            _buffer = Codec._carries is { } pool ? pool.TryOpen(Place.Fence, Place.Slice, slice) : new ReceivedCarry(length);
            return _buffer is null ? null : [_buffer.Carry.Values];
        }

        public override bool TryComplete()
        {
            _payload.Arrive(_buffer!.Carry);
            Close(isWhole: true);
            return true;
        }

        protected override void Close(bool isWhole) => Codec._carries?.Close(_buffer!, Place.Slice, isWhole);
    }

    private sealed class StateIntake(PayloadCodec codec, PayloadPlace place) : Intake(codec, place)
    {
        private readonly SliceStatePayload _payload = new(state: null);
        private SliceState? _state;

        public override Payload Payload => _payload;

        protected override IReadOnlyList<Memory<float>>? TryOpen(ParameterSlice slice, IReadOnlyList<int> lengths)
        {
            int momentCount = Job.Optimizer.MomentNames.Count;
            if (lengths.Count != 1 + momentCount || lengths.Any(length => length != slice.Length)) return null;
            _state = new SliceState(
                new float[slice.Length], [.. Enumerable.Range(0, momentCount).Select(_ => new float[slice.Length])]);
            return [_state.Parameters, .. _state.Moments.Select(moment => moment.AsMemory())];
        }

        public override bool TryComplete()
        {
            _payload.Arrive(_state!);
            return true;
        }

        protected override void Close(bool isWhole) => _state = null;
    }
}
