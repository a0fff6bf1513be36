using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>Whom to send to; empty text for nobody, which is null.</summary>
/// <param name="isOfSignal">It is the place of one signal, path and all; else the paths of all are added to it.</param>
internal sealed class ReceiverUrlKind(string example, bool isOfSignal = false) : ScalarKind<Uri?>
{
    private const int Max = 2048;

    private static readonly string[] PathsOfSignals = ["/v1/traces", "/v1/metrics"];

    public override string Expected => $"http:// or https://, a host and a port, such as {example}, or '' for nobody";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out Uri? value)
    {
        value = null;
        if (text.Length == 0) return true;
        if (text.Length > Max || !Uri.TryCreate(text, UriKind.Absolute, out Uri? url)) return false;
        if ((url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.Host.Length == 0 || url.Port == 0) return false;
        // Settings are shown: credentials have a place of their own.
        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0) return false;
        if (Meant(url) is not null) return false;
        value = url;
        return true;
    }

    /// <summary>Without what would be added again; null if there is nothing of the kind.</summary>
    private Uri? Meant(Uri url)
    {
        string path = url.AbsolutePath.TrimEnd('/');
        return !isOfSignal && Array.Find(PathsOfSignals, added => path.EndsWith(added, StringComparison.Ordinal)) is { } known
            ? new UriBuilder(url) { Path = path[..^known.Length] }.Uri : null;
    }

    // Never what was written, when it may have a password in it.
    public override string Shown(string text) => text.Contains('@') || text.Contains('?') ? "one with a user, a query or a fragment" : base.Shown(text);

    protected override string? Hint(string text) =>
        text.Contains('@') || text.Contains('?') ? ": credentials go into otlp.headers_file."
        : !text.Contains("://", StringComparison.Ordinal) ? ": begin with http:// or https://."
        : Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && Meant(url) is { } meant
            ? $": write {Text(meant)}{(meant.Port == 4318 ? "" : " and otlp.protocol: http/protobuf")}, as /v1/traces and /v1/metrics are added to it."
            : null;

    public override string Format(Uri? value) => value is null ? "''" : YamlText.Quote(Text(value));

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^(https?://[^@?#]+)?$");
    }

    public override void WriteJson(Utf8JsonWriter json, Uri? value) => json.WriteStringValue(value is null ? "" : Text(value));

    private static string Text(Uri url) => url.AbsolutePath == "/" ? url.GetLeftPart(UriPartial.Authority) : url.GetLeftPart(UriPartial.Path);
}
