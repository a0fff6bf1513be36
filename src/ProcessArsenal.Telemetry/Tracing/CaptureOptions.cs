using Microsoft.Diagnostics.NETCore.Client;

namespace ProcessArsenal.Telemetry.Tracing;

/// <summary>What is recorded, and how much of it at most.</summary>
internal sealed record CaptureOptions
{
    public required IReadOnlyList<EventPipeProvider> Providers { get; init; }

    /// <summary>From the begin of the session; what comes after it are names alone.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of the file. Reached, the session is ended; the names of its methods come on top.</summary>
    public long MostBytes { get; init; } = 256L << 20;

    /// <summary>Events. Reached, the session is ended.</summary>
    public long MostEvents { get; init; } = 10_000_000;

    /// <summary>Memory of the target for events that wait.</summary>
    public int BufferMegabytes { get; init; } = 64;

    /// <summary>At its end the target tells what its methods are called, without which stacks are numbers.</summary>
    public bool NamesMethods { get; init; } = true;
}

/// <summary>Why a session ended.</summary>
internal enum CaptureReason : byte
{
    /// <summary>Its time was over.</summary>
    Duration,

    /// <summary>Somebody asked.</summary>
    Asked,

    /// <summary>We end.</summary>
    Shutdown,

    /// <summary>The file had <see cref="CaptureOptions.MostBytes"/>.</summary>
    Bytes,

    /// <summary>There were <see cref="CaptureOptions.MostEvents"/>.</summary>
    Events,

    /// <summary>The target has ended, or broke it off.</summary>
    Target,

    /// <summary>The file can't be written.</summary>
    Unwritable,
}

/// <summary>What came of a session.</summary>
/// <param name="Bytes">Of the file.</param>
/// <param name="Events">In the file.</param>
/// <param name="Lost">Events that the target wrote and that never came.</param>
/// <param name="Wrong">What is wrong with the file, in words; null if it is whole.</param>
internal sealed record CaptureEnd(CaptureReason Reason, TimeSpan Duration, long Bytes, long Events, long Lost, string? Wrong);
