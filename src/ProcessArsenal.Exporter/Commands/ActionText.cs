using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>An entry of the ledger in full: what was done to whom, why, who was against it, and what came of it. A line each, so that it pastes.</summary>
internal static class ActionText
{
    private const int MostOfText = 2000;

    public static void Write(ActionView action, TextWriter output)
    {
        string took = action.Finished is { } finished && finished > action.Requested ? FormattableString.Invariant($", {(finished - action.Requested).TotalSeconds:0.0} s later") : "";
        output.WriteLine($"{action.Id.ToString(CultureInfo.InvariantCulture)}  {Time(action.Requested)}  {action.Action}: {Outcome(action)}{took}");
        Line("target", Join(", ", action.Target, Of(action.Details, "name"), Named("group", Of(action.Details, "group")), Named("unit", Of(action.Details, "unit")), Named("container", Of(action.Details, "container")), Of(action.Details, "key"), Of(action.Details, "identity")));
        Line("asked by", Join(", ", Named("policy", action.Policy), Named("run", action.Run), action.Caller, $"by way of {action.Trigger}"));
        Line("because", action.Request);
        Line("alert", action.Alert is { } labels ? string.Join(", ", labels.OrderBy(static label => label.Key, StringComparer.Ordinal).Select(static label => $"{label.Key}={label.Value}")) : action.Incident is null ? null : "its labels are not kept any more");
        Line("incident", action.Incident);
        Line("asked with", Join(", ", Of(action.Details, "parameters"), Flag(action.Details, "force")));
        Line("refused by", Of(action.Result, "guard"));
        Line("happened", action.Reason);
        Line("owner", Of(action.Result, "owner"));
        Line("process", Of(action.Result, "old") is null && Of(action.Result, "new") is null ? null : $"{Of(action.Result, "old") ?? "none"} before, {Of(action.Result, "new") ?? "none"} after");
        Line("left", Artifact(action));
        Line("raised", Raised(action.Result));
        Line("trace id", action.TraceId);

        void Line(string name, string? text)
        {
            if (!string.IsNullOrEmpty(text)) output.WriteLine($"    {name,-11} {Terminal.Printable(text, MostOfText)}");
        }
    }

    public static string Outcome(ActionView action) => action.Outcome is { } outcome ? JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString()) : "open";

    private static string? Artifact(ActionView action)
    {
        if (action.Action == "trace" && action.Outcome == Control.Ledger.OutcomeKind.Succeeded) return FormattableString.Invariant($"process-arsenal trace report {action.Id}");
        if (action.Result is not { ValueKind: JsonValueKind.Object } result || !result.TryGetProperty("artifact", out JsonElement artifact)) return null;
        long bytes = artifact.TryGetProperty("bytes", out JsonElement size) && size.TryGetInt64(out long given) ? given : 0;
        return FormattableString.Invariant($"process-arsenal dump get {action.Id} ({Terminal.Bytes(bytes)}, SHA-256 {Of(artifact, "sha256")})");
    }

    private static string? Raised(JsonElement? result)
    {
        if (result is not { ValueKind: JsonValueKind.Object } all || !all.TryGetProperty("alert", out JsonElement alert) || !alert.TryGetProperty("labels", out JsonElement labels)) return null;
        return $"{string.Join(", ", labels.EnumerateObject().Select(static label => $"{label.Name}={label.Value}"))} (fingerprint {Of(alert, "fingerprint")}, until {Of(alert, "until")})";
    }

    private static string? Of(JsonElement? element, string name) => ActionView.Text(element, name) is { Length: > 0 } text ? text : null;

    private static string? Flag(JsonElement? element, string name) => element is { ValueKind: JsonValueKind.Object } all && all.TryGetProperty(name, out JsonElement flag) && flag.ValueKind == JsonValueKind.True ? name : null;

    private static string? Named(string what, string? text) => text is null ? null : $"{what} {text}";

    private static string Join(string between, params string?[] parts) => string.Join(between, parts.Where(static part => !string.IsNullOrEmpty(part)).Distinct());

    private static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
