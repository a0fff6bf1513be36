using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProcessArsenal.Control.Authorization;

/// <summary>The tokens that are worth something. Immutable.</summary>
public sealed class TokenList
{
    /// <summary>How many may exist: each is compared with at every request.</summary>
    public const int Most = 200;

    public static readonly TokenList Empty = new([]);

    private readonly AccessToken[] _tokens;
    private readonly byte[][] _hashes;

    private TokenList(AccessToken[] tokens)
    {
        _tokens = tokens;
        _hashes = [.. tokens.Select(static token => Convert.FromHexString(token.Sha256))];
    }

    public IReadOnlyList<AccessToken> All => _tokens;

    /// <summary>Whose token a text is; null if nobody's. Takes the same time whichever it is, and whether or not it is one.</summary>
    public AccessToken? Find(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        AccessToken? found = null;
        for (int i = 0; i < _hashes.Length; i++)
            if (CryptographicOperations.FixedTimeEquals(_hashes[i], hash)) found = _tokens[i];
        return found;
    }

    /// <summary>The same with one more, or with one replaced.</summary>
    public TokenList With(AccessToken token) => new([.. _tokens.Where(known => known.Name != token.Name), token]);

    public TokenList Without(string name) => new([.. _tokens.Where(known => known.Name != name)]);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new TokenFileContent([.. _tokens.Select(static token => new TokenEntry(token.Name, token.Role.Name(), token.Sha256, token.Created, token.Expires))]),
        TokenJson.Default.TokenFileContent);

    /// <summary>Reads what <see cref="ToJson"/> wrote. All of it must be right: half a list of who may act is not to be trusted.</summary>
    /// <param name="wrong">What is wrong, to follow the file's name; null if nothing is.</param>
    /// <returns>Null if something is wrong.</returns>
    public static TokenList? Parse(ReadOnlySpan<byte> json, out string? wrong)
    {
        TokenFileContent? content;
        try
        {
            content = JsonSerializer.Deserialize(json, TokenJson.Default.TokenFileContent);
        }
        catch (JsonException)
        {
            wrong = "is no list of tokens";
            return null;
        }
        var tokens = new List<AccessToken>();
        foreach (TokenEntry? entry in content?.Tokens ?? [])
        {
            if (entry is not { Name: { } name, Role: { } role, Sha256: { Length: 64 } hash } || !AccessToken.IsName(name) || Roles.Parse(role) is not { } known
                || !hash.All(static c => char.IsAsciiHexDigitLower(c)) || tokens.Exists(token => token.Name == name))
            {
                wrong = $"has a wrong entry (number {tokens.Count + 1})";
                return null;
            }
            tokens.Add(new AccessToken(name, known, hash, entry.Created, entry.Expires));
        }
        wrong = content?.Tokens is null ? "is no list of tokens" : tokens.Count > Most ? $"has more than {Most} tokens" : null;
        return wrong is null ? new TokenList([.. tokens]) : null;
    }
}

internal sealed record TokenEntry(string? Name, string? Role, string? Sha256, DateTimeOffset Created, DateTimeOffset? Expires);

internal sealed record TokenFileContent(TokenEntry?[]? Tokens);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(TokenFileContent))]
internal sealed partial class TokenJson : JsonSerializerContext;
