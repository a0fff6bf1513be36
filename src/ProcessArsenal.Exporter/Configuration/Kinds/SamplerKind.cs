using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Telemetry.EventPipe;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>How many spans a program is asked for.</summary>
internal sealed class SamplerKind : ScalarKind<SpanSampler>
{
    public override string Expected => "auto, rate(N) for N traces a second of each process, ratio(R) for a share R of them from 0 to 1, or all";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out SpanSampler value) => (value = SpanSampler.Parse(text)) is not null;

    protected override string? Hint(string text) => text is "none" or "off" ? ": for no spans, set dotnet.spans.enabled: false." : null;

    public override string Format(SpanSampler value) => value.ToString();

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^(auto|all|rate\\([0-9]+\\)|ratio\\([0-9.]+\\))$");
    }

    public override void WriteJson(Utf8JsonWriter json, SpanSampler value) => json.WriteStringValue(value.ToString());
}
