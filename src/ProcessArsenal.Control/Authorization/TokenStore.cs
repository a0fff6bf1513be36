namespace ProcessArsenal.Control.Authorization;

/// <summary>The tokens in force: those of the file, which is read again when it changes, so that one that was revoked is worth nothing within a second.</summary>
public sealed class TokenStore(TokenFile file, TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private TokenList _tokens = TokenList.Empty;
    private (DateTime Written, long Length, bool Exists) _stamp;
    private long _looked;
    private bool _wasRead;

    /// <summary>Told what is wrong with the file, once each time that something begins to be; null once it is right again.</summary>
    public Action<string?>? Troubled { get; init; }

    /// <summary>Whose token a text is; null if nobody's, or if it has expired.</summary>
    public AccessToken? Find(string text) => Current().Find(text) is { } token && !token.IsExpired(time.GetUtcNow()) ? token : null;

    private TokenList Current()
    {
        lock (_lock)
        {
            if (_wasRead && time.GetElapsedTime(_looked) < LookAgain) return _tokens;
            _looked = time.GetTimestamp();
            var info = new FileInfo(file.Path);
            (DateTime, long, bool) stamp = info.Exists ? (info.LastWriteTimeUtc, info.Length, true) : default;
            if (_wasRead && stamp == _stamp) return _tokens;
            (_stamp, _wasRead) = (stamp, true);
            // Whoever can't be read lets nobody in: the one that was revoked may be among those known before.
            _tokens = file.Read(out string? wrong) ?? TokenList.Empty;
            if (wrong is null && !stamp.Item3) wrong = $"{file.Path} is gone: nobody is let in until there is one. Start again, or: process-arsenal token create";
            Troubled?.Invoke(wrong);
            return _tokens;
        }
    }
}
