using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>Where to listen. Only an address or localhost: Kestrel takes any other host name for "every interface", so a name that
/// was meant to restrict would open the port to all.</summary>
internal sealed class ListenUrlKind(string example) : ScalarKind<Uri>
{
    public override string Expected => $"http://, an IP address or localhost, and a port, such as {example}";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out Uri value)
    {
        value = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme != Uri.UriSchemeHttp) return false;
        if (url.Host != "localhost" && !IPAddress.TryParse(url.Host.Trim('[', ']'), out _)) return false;
        // Only what was written counts: no implied port, no user, path, query or fragment.
        if (!text.TrimEnd('/').Equals(ListenSettings.Text(url), StringComparison.OrdinalIgnoreCase) || url.AbsolutePath != "/") return false;
        value = url;
        return true;
    }

    public override string Format(Uri value) => YamlText.Quote(ListenSettings.Text(value));

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^http://[^/]+:[0-9]+/?$");
    }

    public override void WriteJson(Utf8JsonWriter json, Uri value) => json.WriteStringValue(ListenSettings.Text(value));
}
