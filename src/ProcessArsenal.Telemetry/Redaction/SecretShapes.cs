using System.Text.RegularExpressions;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Secrets that are known by how they look, or by what stands before them, wherever they are in a text.</summary>
internal static class SecretShapes
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Mask = "***";

    /// <summary>scheme://user:password@host and scheme://token@host: what is between the slashes and the last @ before the path. A password may have been
    /// given with slashes of its own, which are not allowed there but common.</summary>
    private static readonly Regex UserInfo = BoundedRegex.CreateOwn("([a-z][a-z0-9+.-]*://)([^\\s/?#:@]*:[^\\s@\"']*(?:@[^\\s/?#@\"']*)*|[^\\s/?#]*)@");

    /// <summary>Authorization by its scheme, without a name before it.</summary>
    private static readonly Regex Scheme = BoundedRegex.CreateOwn("\\b((?:bearer|basic)\\s+)[a-z0-9._~+/=-]{8,}");

    /// <summary>JSON Web Tokens, blocks of PEM to the end of the text (there may be headers within), keys of AWS; tokens of GitHub, GitLab, Slack, Google, Stripe, npm and OpenAI, and our own.</summary>
    private static readonly Regex[] Known =
    [
        BoundedRegex.CreateOwn("eyJ[a-z0-9_-]{8,}\\.[a-z0-9_-]+(\\.[a-z0-9_-]*)?|-----BEGIN [^-]*PRIVATE KEY-----(?:.|\\n)*|\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b"),
        BoundedRegex.CreateOwn("\\b(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|AIza|[sr]k_live_|[sr]k_test_|npm_|sk-|pa_)[a-z0-9_-]{16,}"),
    ];

    /// <summary>The text without them.</summary>
    public static string Hide(string text)
    {
        if (text.Length == 0) return text;
        text = UserInfo.Replace(text, static match => match.Groups[1].Value + HideUser(match.Groups[2].Value) + "@");
        text = FlaggedSecrets.Hide(text);
        text = NamedSecrets.Hide(text);
        text = Scheme.Replace(text, static match => match.Groups[1].Value + Mask);
        foreach (Regex known in Known) text = known.Replace(text, Mask);
        return text;
    }

    /// <summary>The user's name may stay if a password follows; by itself it may be a token.</summary>
    private static string HideUser(string userInfo)
    {
        int colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? Mask : $"{userInfo[..colon]}:{Mask}";
    }
}
