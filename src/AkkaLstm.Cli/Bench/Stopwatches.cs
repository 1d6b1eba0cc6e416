using System.Diagnostics;

namespace AkkaLstm.Cli.Bench;

/// <summary>Times an operation: warm-up, then repetitions that are each long enough for the clock.</summary>
internal static class Stopwatches
{
    /// <summary>Measures milliseconds a call takes.</summary>
    /// <param name="operation">What is measured.</param>
    /// <param name="repetitions">Measurements; each is the mean of as many calls as fill <paramref name="repetitionMs"/>.</param>
    /// <param name="repetitionMs">Least length of one measurement, in milliseconds.</param>
    /// <param name="stop">Ends the measurement between two calls.</param>
    public static Sample MeasureMs(
        Action operation, int repetitions, double repetitionMs, CancellationToken stop)
    {
        int calls = CallsFor(operation, repetitionMs, stop);
        var times = new double[repetitions];
        for (int i = 0; i < repetitions; i++)
            times[i] = TimeMs(operation, calls, stop);
        return Sample.Of(times);
    }

    /// <summary>Warms up and finds how many calls fill the given time.</summary>
    public static int CallsFor(Action operation, double milliseconds, CancellationToken stop)
    {
        const int mostCalls = 1 << 24;
        operation();
        int calls = 1;
        while (calls < mostCalls)
        {
            double total = TimeMs(operation, calls, stop) * calls;
            if (total >= milliseconds)
                break;

            // Grow at most tenfold: the first calls may still be warming caches and page tables.
            double wanted = total > 0 ? calls * milliseconds / total * 1.1 : calls * 10.0;
            calls = (int)Math.Clamp(Math.Ceiling(wanted), calls + 1, Math.Min(calls * 10.0, mostCalls));
        }

        return calls;
    }

    /// <summary>Mean milliseconds of a number of calls.</summary>
    public static double TimeMs(Action operation, int calls, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
        {
            stop.ThrowIfCancellationRequested();
            operation();
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
    }
}
