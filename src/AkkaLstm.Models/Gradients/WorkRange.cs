namespace AkkaLstm.Models.Gradients;

/// <summary>Shares items that do not depend on each other among threads.</summary>
internal static class WorkRange
{
    /// <summary>Does a run of items.</summary>
    /// <param name="thread">Which of the threads, for what each has of its own.</param>
    /// <param name="start">The first item.</param>
    /// <param name="count">How many.</param>
    public delegate void Body(int thread, int start, int count);

    /// <summary>Gives each thread a run of items, all about equally long; returns when all are done.</summary>
    public static void Share(int count, int threads, Body body)
    {
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            int start = (int)((long)count * thread / threads);
            body(thread, start, (int)((long)count * (thread + 1) / threads) - start);
        });
    }
}
