namespace ProcessArsenal.Control.Actions;

/// <summary>What an action takes for a while, of its target and of the host, as estimated before it is done: guards hold it against what there is. Bytes.</summary>
internal sealed record Burden
{
    /// <summary>What takes it, such as <c>heap dump</c>.</summary>
    public required string What { get; init; }

    /// <summary>Of the file that comes of it.</summary>
    public required long Bytes { get; init; }

    /// <summary>Left on the disk of our own store; null if that can't be told.</summary>
    public required long? FreeHere { get; init; }

    /// <summary>That all artifacts may have.</summary>
    public required long MostHere { get; init; }

    /// <summary>Where the target writes it first, as it calls that; null: it is written into our store at once.</summary>
    public string? There { get; init; }

    /// <summary>Left on the file system of <see cref="There"/>.</summary>
    public long FreeThere { get; init; }

    /// <summary>It is the one of our store too: for a moment the file is there twice.</summary>
    public bool IsSameDisk { get; init; }

    /// <summary>It is memory (tmpfs): what is written there is the target's own.</summary>
    public bool IsThereMemory { get; init; }

    /// <summary>That the target must have left to take, with what is written into memory.</summary>
    public required long Memory { get; init; }

    /// <summary>That it has left: of its control group, of those above it, and of the host; null if that can't be told.</summary>
    public required long? MemoryLeft { get; init; }

    /// <summary>How long the target stands still.</summary>
    public required TimeSpan Freeze { get; init; }

    /// <summary>How long it may.</summary>
    public required TimeSpan MaxFreeze { get; init; }

    /// <summary>Bytes a second that <see cref="Freeze"/> goes by.</summary>
    public required long Rate { get; init; }

    /// <summary>That was seen on this host before; else it is assumed.</summary>
    public bool IsRateMeasured { get; init; }

    /// <summary>What of the kind is under way, of which there may be one on a host; null: nothing.</summary>
    public string? Other { get; init; }

    /// <summary>For people.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"a {What} of about {Size(Bytes)}, for which it stands still for about {Freeze.TotalSeconds:0.#} s ({Size(Rate)} a second, {(IsRateMeasured ? "as seen on this host" : "assumed")})");

    public static string Size(long bytes) => bytes >= 10L << 30 ? FormattableString.Invariant($"{bytes / (double)(1L << 30):0.#} GiB") : FormattableString.Invariant($"{Math.Max(1, bytes >> 20)} MiB");
}
