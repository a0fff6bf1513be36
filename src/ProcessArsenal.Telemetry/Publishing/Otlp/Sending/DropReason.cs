namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Why items never came to be stored by the receiver.</summary>
public enum DropReason : byte
{
    /// <summary>The oldest of what waited, as there was no more room for it on disk.</summary>
    SpoolFull,

    /// <summary>The same in memory, as the disk could not be written, or there is none.</summary>
    Unwritable,

    /// <summary>A file of the spool was damaged, or gone.</summary>
    Unreadable,

    /// <summary>The receiver does not want the request, and never will.</summary>
    Refused,

    /// <summary>The receiver took the request but not these items of it.</summary>
    Rejected,

    /// <summary>One item alone is more than the receiver takes.</summary>
    TooLarge,

    /// <summary>Waited in memory when the program ended.</summary>
    Shutdown,

    /// <summary>More came at once than could be encoded.</summary>
    QueueFull,
}

internal static class DropReasons
{
    /// <summary>By value; as in labels.</summary>
    public static readonly string[] Texts = ["spool_full", "unwritable", "unreadable", "refused", "rejected", "too_large", "shutdown", "queue_full"];

    public static string Text(this DropReason reason) => Texts[(int)reason];
}
