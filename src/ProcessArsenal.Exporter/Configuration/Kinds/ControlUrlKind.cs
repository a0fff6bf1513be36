using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>Where to listen for those who ask with a token, or empty text for nowhere. Tokens and what they open go over no network in the clear.</summary>
internal sealed class ControlUrlKind(string example) : ScalarKind<Uri?>
{
    public override string Expected => $"http:// and a loopback address, or https:// and any IP address or localhost, and a port, such as {example}, or '' for nowhere";

    public override string Format(Uri? value) => value is null ? "''" : YamlText.Quote(ListenSettings.Text(value));

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^(https?://[^/]+:[0-9]+/?)?$");
    }

    public override void WriteJson(Utf8JsonWriter json, Uri? value) => json.WriteStringValue(value is null ? "" : ListenSettings.Text(value));

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out Uri? value)
    {
        value = null;
        if (text.Length == 0) return true;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)) return false;
        bool isAddress = IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address);
        if (!isAddress && url.Host != "localhost") return false;
        // Only what was written counts: no implied port, no user, path, query or fragment.
        if (!text.TrimEnd('/').Equals(ListenSettings.Text(url), StringComparison.OrdinalIgnoreCase) || url.AbsolutePath != "/") return false;
        if (url.Scheme == Uri.UriSchemeHttp && isAddress && !IPAddress.IsLoopback(address!)) return false;
        value = url;
        return true;
    }

    protected override string? Hint(string text) => text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(text, UriKind.Absolute, out _)
        ? ": other hosts may be listened to by https only, with listen.tls.certificate."
        : null;
}
