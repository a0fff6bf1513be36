using System.Globalization;
using System.Text;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Names of users from /etc/passwd (passwd(5)). Not through the C library, whose name services may ask a directory server and
/// wait for it. Read again when an unknown number turns up, at most once a minute.</summary>
/// <param name="path">The file; null if its names are not those of the processes that are watched: then numbers stand for names.</param>
internal sealed class UserNames(string? path, TimeProvider time)
{
    private const int MaxBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan RereadAfter = TimeSpan.FromMinutes(1);

    private Dictionary<uint, string> _names = [];
    private long? _read;

    /// <summary>The names of the users whose processes that /proc shows.</summary>
    public static UserNames Of(Procfs.ProcFs proc, TimeProvider time) => new(proc.SharesMountsWithInit() ? "/etc/passwd" : null, time);

    /// <summary>The user's name, or the number in decimal. 0 is root everywhere.</summary>
    public string Find(uint user)
    {
        if (path is null && user == 0) return "root";
        if (_names.TryGetValue(user, out string? name)) return name;
        if (path is not null && (_read is not { } read || time.GetElapsedTime(read) > RereadAfter))
        {
            _read = time.GetTimestamp();
            _names = Read(path);
            if (_names.TryGetValue(user, out name)) return name;
        }
        return user.ToString(CultureInfo.InvariantCulture);
    }

    private static Dictionary<uint, string> Read(string path)
    {
        var names = new Dictionary<uint, string>();
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > MaxBytes) return names;
            foreach (string line in File.ReadLines(path, Encoding.UTF8))
            {
                string[] fields = line.Split(':');
                if (fields.Length >= 3 && fields[0].Length is > 0 and <= 256
                    && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
                {
                    names.TryAdd(id, fields[0]);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without the file numbers stand for names: still true.
        }
        return names;
    }
}
