using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Supervision;

/// <summary>What a child is asked for to see whether it is well.</summary>
internal sealed class HealthUrlKind : ScalarKind<Uri>
{
    private const int Max = 2048;

    private const string SecretMask = "***";

    public override string Expected => "http:// or https://, a host and a path, such as http://127.0.0.1:8080/healthz";

    protected override bool TryParse(string text, bool plain, [MaybeNullWhen(false)] out Uri value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && text.Length <= Max && (value.Scheme == Uri.UriSchemeHttp || value.Scheme == Uri.UriSchemeHttps) && value.Host.Length > 0
        && value.UserInfo.Length == 0 && value.Fragment.Length == 0; // Settings are shown.

    // Never what was written, when it may have a password in it.
    public override string Shown(string text) => text.Contains('@') ? "one with a user" : text.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? base.Shown(text[..query] + "?" + SecretMask) : base.Shown(text);

    protected override string? Hint(string text) => text.Contains("://", StringComparison.Ordinal) ? null : ": begin with http:// or https://.";

    /// <summary>Without its query, which may have a secret in it.</summary>
    public override string Format(Uri value) => YamlText.Quote(value.Query.Length == 0 ? value.OriginalString : $"{value.GetLeftPart(UriPartial.Path)}?{SecretMask}");

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", "^https?://[^@#]+$");
    }

    public override void WriteJson(Utf8JsonWriter json, Uri value) => json.WriteStringValue(value.OriginalString);
}
