namespace ProcessArsenal.Control.Ledger;

/// <summary>Waits for what another thread does in a moment without going to sleep: to be woken takes a tenth of a millisecond, and on a virtual machine at times many times that. On a single
/// processor, where the other could not run meanwhile, it waits for nothing.</summary>
internal static class ShortWait
{
    /// <summary>The longest.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromMilliseconds(1);

    private static readonly bool IsOfUse = Environment.ProcessorCount > 1;

    /// <summary>Waits until it is so, or for <see cref="Most"/>.</summary>
    public static void For<T>(T of, Func<T, bool> isSo)
    {
        if (!IsOfUse) return;
        long began = TimeProvider.System.GetTimestamp(); // Of the real clock, by which a processor is kept busy.
        var spin = default(SpinWait);
        while (!isSo(of) && TimeProvider.System.GetElapsedTime(began) < Most) spin.SpinOnce(sleep1Threshold: -1);
    }
}
