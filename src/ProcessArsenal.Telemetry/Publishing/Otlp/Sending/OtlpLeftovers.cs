namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Requests that an earlier run has left for a receiver that is no longer configured: nobody takes them up, and they are lost to nobody either.
/// </summary>
public static class OtlpLeftovers
{
    /// <param name="spool">Where requests wait, with a directory for each signal.</param>
    /// <param name="sending">Who is sent to now; null for nobody.</param>
    /// <returns>Directories with such requests, and how many.</returns>
    public static IEnumerable<(string Directory, int Requests)> In(string spool, OtlpSendingOptions? sending)
    {
        foreach (OtlpSignal signal in Enum.GetValues<OtlpSignal>())
        {
            if (sending?.EndpointOf(signal) is not null) continue;
            string directory = Path.Join(spool, signal.Text());
            if (SpoolDirectory.CountIn(directory) is > 0 and var requests) yield return (directory, requests);
        }
    }
}
