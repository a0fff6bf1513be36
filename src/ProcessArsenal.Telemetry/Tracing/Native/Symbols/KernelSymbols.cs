using System.Text;

namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>/proc/kallsyms (proc_kallsyms(5)): <c>ffffffff81000000 T name [module]</c>. All addresses are 0 to whom the kernel does not show them
/// (kernel.kptr_restrict).</summary>
internal static class KernelSymbols
{
    private const string Path = "/proc/kallsyms";
    private const int MostLines = 5_000_000;

    /// <summary>Looks up addresses of the running kernel.</summary>
    /// <param name="wanted">Ascending, each once.</param>
    /// <returns>Empty if it does not say.</returns>
    public static Dictionary<ulong, string> NamesOf(ulong[] wanted)
    {
        try
        {
            using FileStream file = File.OpenRead(Path), again = File.OpenRead(Path);
            return NamesOf(wanted, file, again);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The same of two streams of the same lines: what is wanted is known after the first.</summary>
    public static Dictionary<ulong, string> NamesOf(ulong[] wanted, Stream file, Stream again)
    {
        var nearest = new NearestBelow(wanted);
        using (var lines = new StreamReader(file, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, 1 << 16))
            for (int number = 0; number < MostLines && lines.ReadLine() is { } line; number++)
                if (TryParse(line, out ulong address, out _) && address != 0) nearest.Add(address, 0, 0, number);
        Dictionary<long, List<ulong>> found = nearest.Found().GroupBy(static pair => pair.Token).ToDictionary(static group => group.Key, static group => group.Select(static pair => pair.Address).ToList());
        var names = new Dictionary<ulong, string>();
        using (var lines = new StreamReader(again, Encoding.Latin1, detectEncodingFromByteOrderMarks: false, 1 << 16))
            for (int number = 0; number < MostLines && lines.ReadLine() is { } line; number++)
                if (found.TryGetValue(number, out List<ulong>? addresses) && TryParse(line, out _, out string name))
                    foreach (ulong address in addresses) names[address] = name;
        return names;
    }

    private static bool TryParse(string line, out ulong address, out string name)
    {
        name = "";
        string[] words = line.Split(' ', 3);
        if (!ulong.TryParse(words[0], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out address) || words.Length < 3 || words[1] is not ("T" or "t" or "W" or "w")) return false;
        name = words[2].Replace("\t", " ", StringComparison.Ordinal);
        return true;
    }
}
