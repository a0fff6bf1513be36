using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Authorization;

/// <summary>The file of tokens in the state directory. The one who may write there decides who may act: nobody else is asked.</summary>
public sealed class TokenFile(string stateDirectory)
{
    public const string Name = "tokens.json", AdminToken = "admin.token", ResponderToken = "responder.token";

    private const string LockName = ".tokens.lock";
    private const int MostBytes = 256 * 1024;
    private const int WouldBlock = 11; // EWOULDBLOCK, errno(3)
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(5);

    public string Path { get; } = System.IO.Path.Join(stateDirectory, Name);

    /// <summary>Reads it.</summary>
    /// <param name="wrong">What is wrong and what to do; null if nothing is.</param>
    /// <returns>Null if it is not there or something is wrong.</returns>
    public TokenList? Read(out string? wrong)
    {
        const string Remedy = "Nobody is let in as long as that is so: make it right, or remove it and start again.";
        using SafeFileHandle? handle = OwnFile.Open(Path, out string? refused);
        wrong = refused is null ? null : $"{Path} {refused}. {Remedy}";
        if (handle is null) return null;
        try
        {
            byte[] json = new byte[MostBytes + 1];
            int length = 0;
            for (int more; length < json.Length && (more = RandomAccess.Read(handle, json.AsSpan(length), length)) > 0;) length += more;
            TokenList? tokens = length > MostBytes ? null : TokenList.Parse(json.AsSpan(0, length), out refused);
            if (tokens is null) wrong = $"{Path} {refused ?? "is too large"}. {Remedy}";
            return tokens;
        }
        catch (IOException e)
        {
            wrong = $"{Path} can't be read: {e.Message} {Remedy}";
            return null;
        }
    }

    /// <summary>Makes it, with the first two tokens and a file for the text of each, unless it is there.</summary>
    /// <returns>Whether it was made.</returns>
    /// <exception cref="IOException">It can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It can't be written.</exception>
    public bool MakeFirst(DateTimeOffset now)
    {
        if (File.Exists(Path)) return false; // Without a lock: on a disk that can only be read there is none, and those who have a token come in all the same.
        using FileStream held = Lock();
        if (File.Exists(Path)) return false;
        AccessToken admin = AccessToken.Create("admin", Role.Admin, now, lifetime: null, out string adminText);
        AccessToken responder = AccessToken.Create("responder", Role.Responder, now, lifetime: null, out string responderText);
        Write(System.IO.Path.Join(stateDirectory, AdminToken), System.Text.Encoding.UTF8.GetBytes(adminText + "\n"));
        Write(System.IO.Path.Join(stateDirectory, ResponderToken), System.Text.Encoding.UTF8.GetBytes(responderText + "\n"));
        Write(Path, TokenList.Empty.With(admin).With(responder).ToJson()); // Last: it is what says that the others are true.
        return true;
    }

    /// <summary>Changes it, one change at a time.</summary>
    /// <param name="change">What is to be written; null: nothing.</param>
    /// <exception cref="IOException">It can't be read or written; the message says what to do.</exception>
    /// <exception cref="UnauthorizedAccessException">It can't be written.</exception>
    public void Change(Func<TokenList, TokenList?> change)
    {
        using FileStream held = Lock();
        TokenList? tokens = Read(out string? wrong);
        if (wrong is not null) throw new IOException(wrong);
        if (change(tokens ?? TokenList.Empty) is { } changed) Write(Path, changed.ToJson());
    }

    /// <summary>Puts a file there as a whole, readable by us alone; one that is there, or a link, is replaced and not followed.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string draft = $"{path}.{Environment.ProcessId}.new";
        File.Delete(draft);
        using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>By flock(2), as FileShare.None does; ends with us, however we end.</summary>
    private FileStream Lock()
    {
        FileStream? held = null;
        Exception? last = null;
        if (SpinWait.SpinUntil(TryLock, LockPatience)) return held!;
        throw new IOException($"another command holds {Path} for too long: try again", last);

        bool TryLock()
        {
            try
            {
                held = new FileStream(System.IO.Path.Join(stateDirectory, LockName), new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = OwnerOnly,
                });
                return true;
            }
            catch (IOException e) when (e.HResult == WouldBlock) // Anything else (a disk that can only be read) does not pass by waiting.
            {
                last = e;
                return false;
            }
        }
    }
}
