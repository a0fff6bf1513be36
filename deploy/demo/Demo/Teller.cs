using System.Globalization;

namespace ProcessArsenal.Demo;

/// <summary>Says what happens, with the time since the beginning.</summary>
internal sealed class Teller(TextWriter output, TimeProvider time)
{
    private const int Bar = 30;

    private readonly bool _hasColours = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
    private readonly Lock _lock = new();
    private long _began = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>The clock begins.</summary>
    public void Begin() => _began = time.GetTimestamp();

    public void Say(string line)
    {
        lock (_lock)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }

    public void Title(string text)
    {
        Say("");
        Say(Paint(text, "1"));
    }

    /// <summary>Something to look at.</summary>
    public void Link(string what, string where) => Say($"  {what,-26} {where}");

    /// <summary>Something has happened.</summary>
    public void Tell(string who, string what, bool isGood = false) =>
        Say(string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,6:0.0} s  {Paint(who.PadRight(13), isGood ? "32" : "36")} {what}"));

    /// <summary>How far something has come.</summary>
    /// <param name="share">Of the line; more than 1 is beyond it.</param>
    public void Show(string who, double share, string what)
    {
        int full = Math.Clamp((int)(share * Bar), 0, Bar);
        Tell(who, $"[{new string('#', full)}{new string('.', Bar - full)}] {what}");
    }

    public void Failed(string why, IEnumerable<string> lastWords)
    {
        Title("That should have happened, and has not");
        Say("  " + why);
        foreach (string line in lastWords) Say("  " + line);
    }

    private string Paint(string text, string code) => _hasColours ? $"\e[{code}m{text}\e[0m" : text;
}
