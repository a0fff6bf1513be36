using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ProcessArsenal.Control.Authorization;

/// <summary>What is kept of a token: never the token itself.</summary>
/// <param name="Name">Whose it is; unique.</param>
/// <param name="Role">What its bearer may do.</param>
/// <param name="Sha256">SHA-256 of its text, 64 hexadecimal digits in lower case. As the text holds 256 random bits, no salt is needed, nor a slow hash.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">From when on it is worth nothing; null: never.</param>
public sealed record AccessToken(string Name, Role Role, string Sha256, DateTimeOffset Created, DateTimeOffset? Expires)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 64;

    /// <summary>What a token begins with, so that tools which look for leaked secrets can know one.</summary>
    public const string Prefix = "pa_";

    private const int RandomBytes = 32;

    /// <summary>Makes a token.</summary>
    /// <param name="text">The token, to be shown once: 46 characters that need no quotes anywhere.</param>
    public static AccessToken Create(string name, Role role, DateTimeOffset now, TimeSpan? lifetime, out string text)
    {
        text = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        return new AccessToken(name, role, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), now, now + lifetime);
    }

    /// <summary>Letters, digits, and - _ . within: what can stand in a log and a command line as it is.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxNameLength && char.IsAsciiLetterOrDigit(name[0])
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Whether it is worth nothing any more.</summary>
    public bool IsExpired(DateTimeOffset now) => Expires <= now;
}
