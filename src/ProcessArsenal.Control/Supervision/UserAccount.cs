using System.Globalization;

namespace ProcessArsenal.Control.Supervision;

/// <summary>A user and the groups he is in, of /etc/passwd and /etc/group (passwd(5), group(5)). Name services are not asked: they can wait for a network.</summary>
internal sealed record UserAccount(string Name, uint User, uint Group, string Home, IReadOnlyList<uint> Groups)
{
    private const int MostBytes = 4 << 20;

    /// <summary>Finds one by name or number; a number that nobody has is itself, in the group of the same number.</summary>
    /// <param name="why">Why not; null if it was found.</param>
    public static UserAccount? Find(string user, out string? why, string etc = "/etc")
    {
        why = null;
        try
        {
            bool isNumber = uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uint number);
            foreach (string[] field in Lines(Path.Join(etc, "passwd"), fields: 7))
            {
                if (!TryNumber(field[2], out uint id) || !TryNumber(field[3], out uint group) || !(isNumber ? id == number : field[0] == user)) continue;
                return new UserAccount(field[0], id, group, field[5].Length > 0 ? field[5] : "/", GroupsOf(field[0], etc));
            }
            if (isNumber) return new UserAccount(user, number, number, "/", []);
            why = $"there is no user '{user}' in {etc}/passwd";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = $"the user '{user}' can't be looked up: {e.Message}";
        }
        return null;
    }

    private static uint[] GroupsOf(string name, string etc) =>
    [
        .. Lines(Path.Join(etc, "group"), fields: 4).Where(field => field[3].Split(',').Contains(name))
            .Select(field => TryNumber(field[2], out uint id) ? id : 0).Where(id => id != 0).Distinct().Take(1000),
    ];

    private static IEnumerable<string[]> Lines(string file, int fields)
    {
        if (!File.Exists(file)) return [];
        if (new FileInfo(file).Length > MostBytes) throw new IOException($"{file} is larger than {MostBytes} bytes.");
        return File.ReadAllLines(file).Select(line => line.Split(':')).Where(field => field.Length >= fields);
    }

    private static bool TryNumber(string text, out uint number) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
