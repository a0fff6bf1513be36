using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Processes that will soon be refused another descriptor.</summary>
internal static class Descriptors
{
    private const double NearLimit = 0.8;

    public static void Find(Evidence evidence, List<Finding> found)
    {
        foreach (ref readonly ProcessRow row in evidence.Snapshot.Processes)
        {
            if (ProcessFacts.DescriptorRatio(row) is not (>= NearLimit and var ratio)) continue;
            found.Add(new Finding
            {
                Kind = "descriptors_near_limit",
                Severity = ratio >= 0.95 ? FindingSeverity.Critical : FindingSeverity.Warning,
                Process = Evidence.Of(row),
                Group = row.Group,
                What = FormattableString.Invariant($"it has {ProcessFacts.Descriptors(row.Sample):0} of the {row.Description.DescriptorLimit} descriptors that it may have ({ratio:P0}): then no file can be opened, and no connection accepted"),
                Advice = FormattableString.Invariant($"prlimit --pid {row.Sample.Identity.Pid} --nofile=HIGHER (at once), LimitNOFILE= in its unit (for good); what they are: process-arsenal inspect {row.Sample.Identity.Pid}"),
            });
        }
    }
}
