using System.Text;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>The arguments of a process, capped. Chosen by the process.</summary>
/// <param name="Arguments">Null if they can't be read.</param>
/// <param name="Text">The same, joined by a space.</param>
/// <param name="Truncated">They did not fit within the cap.</param>
internal sealed record CommandLine(IReadOnlyList<string>? Arguments, string? Text, bool Truncated)
{
    /// <summary>Most that is kept, bytes. A process can make its own as long as its memory.</summary>
    public const int Cap = 32 * 1024;

    private const int MaxArguments = 4096;

    public static readonly CommandLine Unknown = new(null, null, false);

    /// <param name="bytes">As in /proc/PID/cmdline; more than the cap if there is more.</param>
    public static CommandLine Of(ReadOnlySpan<byte> bytes)
    {
        bool truncated = bytes.Length > Cap;
        bytes = bytes[..Math.Min(bytes.Length, Cap)].TrimEnd((byte)0); // A process that rewrote its title pads it with NUL bytes.
        if (bytes.IsEmpty) return new CommandLine([], "", truncated);
        var arguments = new List<string>();
        foreach (Range range in bytes.Split((byte)0))
        {
            if (arguments.Count == MaxArguments)
            {
                truncated = true;
                break;
            }
            arguments.Add(Encoding.UTF8.GetString(bytes[range]));
        }
        return new CommandLine(arguments, string.Join(' ', arguments), truncated);
    }
}
