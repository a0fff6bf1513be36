using System.Text.Json;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>What an exporter that has ended still supervises.</summary>
internal static class SupervisedChildren
{
    /// <summary>Ends the children that a record names.</summary>
    public static void End(string record)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(record));
        using ProcFs proc = ProcFs.Open();
        foreach (JsonElement child in json.RootElement.GetProperty("children").EnumerateArray())
        {
            if (!child.TryGetProperty("identity", out JsonElement text) || !ProcessIdentity.TryParse(text.GetString()!, out ProcessIdentity identity)) continue;
            using HeldProcess? held = HeldProcess.Open(proc, identity, out _);
            held?.Send(Signals.Kill);
        }
    }
}
