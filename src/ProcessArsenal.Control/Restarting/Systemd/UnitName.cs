using System.Buffers;
using System.Globalization;

namespace ProcessArsenal.Control.Restarting.Systemd;

/// <summary>Names of units (systemd.unit(5), src/basic/unit-name.c).</summary>
internal static class UnitName
{
    private const int MostCharacters = 255; // UNIT_NAME_MAX is 256, with the NUL.

    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@");

    /// <summary>Whether it may be given to systemctl: a service, no template, and nothing that a program could take for an option, a path or a pattern.</summary>
    public static bool IsRestartable(string name)
    {
        if (name.Length > MostCharacters || !name.EndsWith(".service", StringComparison.Ordinal) || name.AsSpan().ContainsAnyExcept(Characters)) return false;
        string stem = name[..^".service".Length];
        return stem.Length > 0 && stem[0] is not ('-' or '.' or '@') && !stem.EndsWith('@');
    }

    /// <summary>The name that a part of a control group's path stands for: systemd puts an underscore before one that the kernel could take for a file of its
    /// own, or that begins with one (cg_escape, src/basic/cgroup-util.c).</summary>
    public static string Unescape(string part) => part.StartsWith('_') ? part[1..] : part;

    /// <summary>Of <c>user@1000.service</c>: 1000. Null of any other unit.</summary>
    public static uint? UserOfManager(string name)
    {
        const string Prefix = "user@", Suffix = ".service";
        if (name.Length <= Prefix.Length + Suffix.Length || !name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(Suffix, StringComparison.Ordinal)) return null;
        return uint.TryParse(name.AsSpan(Prefix.Length..^Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out uint user) ? user : null;
    }
}
