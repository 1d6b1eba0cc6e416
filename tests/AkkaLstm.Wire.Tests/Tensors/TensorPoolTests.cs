using AkkaLstm.Wire.Tensors;

namespace AkkaLstm.Wire.Tests.Tensors;

public class TensorPoolTests
{
    [Fact]
    public async Task RentAsync_SameLengthAgain_IsTheSameArray()
    {
        var pool = new TensorPool(1000);
        float[] array = await pool.RentAsync(10, default);
        pool.Return(array);

        Assert.Same(array, await pool.RentAsync(10, default));
        Assert.Equal(40, pool.Bytes);
    }

    [Fact]
    public async Task RentAsync_OverTheLimit_WaitsUntilThereIsRoom()
    {
        var pool = new TensorPool(400);
        float[] first = await pool.RentAsync(60, default);
        Task<float[]> second = pool.RentAsync(50, default).AsTask();
        Assert.False(second.IsCompleted);

        pool.Return(first);

        Assert.Equal(50, (await second.WaitAsync(TimeSpan.FromMinutes(1))).Length);
        Assert.Equal(200, pool.Bytes);
    }

    [Fact]
    public async Task RentAsync_Stopped_IsCancelled()
    {
        var pool = new TensorPool(400);
        await pool.RentAsync(100, default);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await pool.RentAsync(1, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task RentAsync_MoreThanThePool_Throws() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await new TensorPool(400).RentAsync(101, default));
}
