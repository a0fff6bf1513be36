using ProcessArsenal.Telemetry.Tracing.Reports;
using static ProcessArsenal.Exporter.Commands.ReportText;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>What is known of the methods that were asked about, for people.</summary>
internal static class CallsText
{
    /// <param name="hasSamples">Of stacks.</param>
    public static void Write(CallsSection calls, bool hasSamples, TextWriter output)
    {
        string pattern = Shown(calls.Pattern);
        if (!hasSamples)
        {
            Say(output, $"Methods {pattern}: nothing of CPU time, as the recording has no samples of stacks (preset profile, native or cpu)", Heading);
        }
        else if (calls.Methods.Count == 0)
        {
            Say(output, $"Methods {pattern}: found in no sample", Heading);
            output.WriteLine("  One that runs briefly may never be found running, and one that was inlined is part of its caller.");
        }
        else
        {
            Say(output, Text($"Methods {pattern}: {calls.Seconds:0.00} s of CPU time ({Terminal.Percent(calls.Part)} %) by {calls.Samples:N0} samples; found waiting in {calls.WaitingSamples:N0}. How often they were called is not known"), Heading);
            Table(output, "", ["SELF s", "ALL s", "METHOD"], calls.Methods.Select(static method => (string[])[Text($"{method.Exclusive:0.00}"), Text($"{method.Inclusive:0.00}"), Shown(method.Method)]), 2);
        }
        Shares(output, "Called by", calls.Callers);
        Shares(output, "Where its time goes", calls.Callees);
        if (calls.AllocatedBytes > 0) output.WriteLine($"Allocated in it: about {Terminal.Bytes(calls.AllocatedBytes)}");
        Counts(output, "Thrown in it", calls.Exceptions);
        Counts(output, "Activities begun in it, or called so", calls.Activities);
        output.WriteLine();
    }

    private static void Shares(TextWriter output, string title, IReadOnlyList<CallShare> shares) =>
        Table(output, title, ["SECONDS", "PART%", "METHOD"], shares.Select(static share => (string[])[Text($"{share.Seconds:0.00}"), Terminal.Percent(share.Part), Shown(share.Method)]), 2);

    private static void Counts(TextWriter output, string title, IReadOnlyList<Counted> counts) =>
        Table(output, title, ["COUNT", "NAME"], counts.Select(static one => (string[])[Text($"{one.Count:N0}"), Shown(one.Name)]), 1);
}
