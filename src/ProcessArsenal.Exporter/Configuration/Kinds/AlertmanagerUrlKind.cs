using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>Where a replica of Alertmanager is; with the path that it is told by --web.route-prefix, if any.</summary>
internal sealed class AlertmanagerUrlKind : ScalarKind<Uri>
{
    private const int Max = 2048;
    private const string Api = "/api/v";

    public override string Expected => "http:// or https://, a host and a port, such as http://localhost:9093";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out Uri value)
    {
        value = null;
        if (text.Length > Max || !Uri.TryCreate(text, UriKind.Absolute, out Uri? url)) return false;
        if ((url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.Host.Length == 0 || url.Port == 0) return false;
        // Settings are shown: a password is nothing for them. And the path of its API is added to it.
        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0 || url.AbsolutePath.Contains(Api, StringComparison.Ordinal)) return false;
        value = url;
        return true;
    }

    // Never what was written, when it may have a password in it.
    public override string Shown(string text) => text.Contains('@') || text.Contains('?') ? "one with a user, a query or a fragment" : base.Shown(text);

    protected override string? Hint(string text) =>
        !text.Contains("://", StringComparison.Ordinal) ? ": begin with http:// or https://."
        : text.Contains(Api, StringComparison.Ordinal) ? ": without the path of its API, which is added to it." : null;

    public override string Format(Uri value) => YamlText.Quote(Text(value));

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^https?://[^@?#]+$");
    }

    public override void WriteJson(Utf8JsonWriter json, Uri value) => json.WriteStringValue(Text(value));

    /// <summary>As it is written.</summary>
    public static string Text(Uri url) => url.AbsolutePath == "/" ? url.GetLeftPart(UriPartial.Authority) : url.GetLeftPart(UriPartial.Path);
}
