using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Alerting;

/// <summary>What is in the column <c>content</c> of an incident.</summary>
internal sealed record IncidentContent(Dictionary<string, string> Labels, Dictionary<string, string> Annotations)
{
    /// <summary>As JSON. Annotations that would be too much for a row are left out, as nothing goes by them.</summary>
    /// <exception cref="LedgerException">The labels alone are too much.</exception>
    public static string Of(ReceivedAlert alert)
    {
        var labels = new Dictionary<string, string>(alert.Labels);
        try
        {
            return LedgerJson.Write(new IncidentContent(labels, new Dictionary<string, string>(alert.Annotations)), LedgerJson.Default.IncidentContent);
        }
        catch (LedgerException e) when (e.Fault == LedgerFault.TooLarge)
        {
            return LedgerJson.Write(new IncidentContent(labels, []), LedgerJson.Default.IncidentContent);
        }
    }
}

/// <summary>What is in the column <c>content</c> of a delivery.</summary>
/// <param name="Alerts">How many it had.</param>
/// <param name="Verdicts">How many of them have which.</param>
/// <param name="First">The first of them, as <c>FINGERPRINT status verdict incident</c>.</param>
internal sealed record DeliveryContent(string Receiver, string Group, long Truncated, int Instances, int Alerts, Dictionary<string, int> Verdicts, List<string> First)
{
    private const int MostListed = 50, LongestText = 200;

    public static DeliveryContent Of(AlertmanagerMessage message, IReadOnlyList<AlertReceipt> receipts)
    {
        var verdicts = new Dictionary<string, int>();
        foreach (AlertReceipt one in receipts)
        {
            string name = AlertNames.Of(one.Verdict);
            verdicts[name] = verdicts.GetValueOrDefault(name) + 1;
        }
        return new DeliveryContent(Cut(message.Receiver), Cut(message.GroupKey), message.Truncated, message.InstancesNamed, receipts.Count, verdicts,
            [.. receipts.Take(MostListed).Select(static one => $"{AlertFingerprint.Text(one.Fingerprint)} {AlertNames.Of(one.IsFiring)} {AlertNames.Of(one.Verdict)} {one.Incident}".TrimEnd())]);
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText];
}
