namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>Reads that may wait for a lock of the process which is looked at, for as long as it likes: each on a thread that can be left behind, of which there
/// are only so many.</summary>
internal static class Blocking
{
    private const int Most = 16;

    private static readonly SemaphoreSlim Places = new(Most);

    /// <returns>False if it did not come in time.</returns>
    public static bool TryRead<T>(Func<T> read, TimeSpan within, out T? value)
    {
        value = default;
        if (within <= TimeSpan.Zero || !Places.Wait(0)) return false;
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(read());
            }
            catch (Exception e)
            {
                done.SetException(e); // Whatever it is: nobody else would take it on this thread, and it would end us.
            }
            finally
            {
                Places.Release();
            }
        }, maxStackSize: 256 * 1024)
        { IsBackground = true, Name = "inspection" };
        thread.Start();
        try
        {
            if (!done.Task.Wait(within)) return false;
            value = done.Task.Result;
            return true;
        }
        catch (AggregateException)
        {
            return false;
        }
    }
}
