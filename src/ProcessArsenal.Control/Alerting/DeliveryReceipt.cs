namespace ProcessArsenal.Control.Alerting;

/// <summary>What a delivery is answered with, after it is on the disk.</summary>
/// <param name="DeliveryId">From 1 on; never given twice.</param>
/// <param name="InstancesNamed"><see cref="AlertmanagerMessage.InstancesNamed"/>.</param>
/// <param name="IsFleetWide">It names so many that no policy acts on it unless it says that it does.</param>
public sealed record DeliveryReceipt(long DeliveryId, int InstancesNamed, bool IsFleetWide, IReadOnlyList<AlertReceipt> Alerts);

/// <summary>What becomes of one of its alerts.</summary>
/// <param name="Incident">Null: none is kept.</param>
/// <param name="Reason">In words; null where the verdict says it all.</param>
public sealed record AlertReceipt(ulong Fingerprint, bool IsFiring, AlertVerdict Verdict, string? Incident, string? Reason)
{
    /// <summary>As Alertmanager writes it.</summary>
    public string FingerprintText => AlertFingerprint.Text(Fingerprint);
}
