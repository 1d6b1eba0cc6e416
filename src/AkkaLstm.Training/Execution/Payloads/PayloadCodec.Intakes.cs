using AkkaLstm.Models.Parameters;
using AkkaLstm.Protocol;

namespace AkkaLstm.Training.Execution.Payloads;

/// <content>Values on their way in, by kind.</content>
internal sealed partial class PayloadCodec
{
    /// <summary>What all intakes have: the slice is looked up when values begin to come.</summary>
    private abstract class Intake(PayloadCodec codec, PayloadPlace place) : PayloadIntake
    {
        private Payload? _whole;

        public sealed override Payload Payload =>
            _whole ?? throw new InvalidOperationException("The values are not there.");

        protected PayloadCodec Codec => codec;

        protected JobContext Job => codec._job;

        protected PayloadPlace Place => place;

        public sealed override IReadOnlyList<Memory<float>>? TryOpen(IReadOnlyList<int> lengths) =>
            codec.TryFindSlice(place.Slice, out ParameterSlice slice) ? TryOpen(slice, lengths) : null;

        public sealed override bool TryComplete()
        {
            _whole = Take();
            return _whole is not null;
        }

        public sealed override void Abandon() => Close(isWhole: false);

        protected abstract IReadOnlyList<Memory<float>>? TryOpen(ParameterSlice slice, IReadOnlyList<int> lengths);

        /// <summary>The payload; null where its values cannot be.</summary>
        protected abstract Payload? Take();

        protected abstract void Close(bool isWhole);
    }

    private sealed class ParametersIntake(PayloadCodec codec, PayloadPlace place) : Intake(codec, place)
    {
        private ReceivedParameters? _buffer;
        private ParameterSlice _slice;

        protected override IReadOnlyList<Memory<float>>? TryOpen(ParameterSlice slice, IReadOnlyList<int> lengths)
        {
            if (lengths is not [var length] || length != slice.Length) return null;
            _slice = slice;
            _buffer = Codec._parameters.Open(Place.Fence, Place.Slice, slice);
            return [_buffer.Flat(Place.Fence.Step).AsMemory(slice.Start, slice.Length)];
        }

        protected override Payload Take()
        {
            Close(isWhole: true);
            return new ParameterPayload(_buffer!, _slice);
        }

        protected override void Close(bool isWhole) => Codec._parameters.Close(_buffer!, Place.Slice, isWhole);
    }

    private sealed class GradientIntake(PayloadCodec codec, PayloadPlace place) : Intake(codec, place)
    {
        private const int NoRows = -1;

        private ReceivedGradient? _buffer;
        private int _rowCount = NoRows;

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

            _buffer = Codec._gradients.Open(Place.Fence, Place.Slice, slice);
            return _buffer.Runs(_rowCount);
        }

        protected override Payload? Take()
        {
            bool isWhole = _rowCount == NoRows || _buffer!.TryTakeRows(_rowCount);
            Close(isWhole);
            return isWhole ? _buffer!.Payload : null;
        }

        protected override void Close(bool isWhole) => Codec._gradients.Close(_buffer!, Place.Slice, isWhole);
    }

    private sealed class CarryIntake(PayloadCodec codec, PayloadPlace place) : Intake(codec, place)
    {
        private ReceivedCarry? _buffer;

        protected override IReadOnlyList<Memory<float>>? TryOpen(ParameterSlice slice, IReadOnlyList<int> lengths)
        {
            if (lengths is not [var length] || length != Job.ShardCarryLength) return null;
            _buffer = Codec._carries?.Open(Place.Fence, Place.Slice, slice) ?? new ReceivedCarry(length);
            return [_buffer.Payload.Values];
        }

        protected override Payload Take()
        {
            Close(isWhole: true);
            return _buffer!.Payload;
        }

        protected override void Close(bool isWhole) => Codec._carries?.Close(_buffer!, Place.Slice, isWhole);
    }

    private sealed class StateIntake(PayloadCodec codec, PayloadPlace place) : Intake(codec, place)
    {
        private SliceStatePayload? _state;

        protected override IReadOnlyList<Memory<float>>? TryOpen(ParameterSlice slice, IReadOnlyList<int> lengths)
        {
            int momentCount = Job.Optimizer.MomentNames.Count;
            if (lengths.Count != 1 + momentCount || lengths.Any(length => length != slice.Length)) return null;
            _state = new SliceStatePayload(
                new float[slice.Length], [.. Enumerable.Range(0, momentCount).Select(_ => new float[slice.Length])]);
            return [_state.Parameters, .. _state.Moments.Select(moment => moment.AsMemory())];
        }

        protected override Payload? Take() => _state;

        protected override void Close(bool isWhole) => _state = null;
    }
}
