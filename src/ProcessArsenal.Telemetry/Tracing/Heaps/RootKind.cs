namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>What keeps an object alive without being one itself. In the order in which we would rather name them as holders.</summary>
public enum RootKind : byte
{
    /// <summary>A static field.</summary>
    Static,

    /// <summary>A static field that each thread has for itself.</summary>
    ThreadStatic,

    /// <summary>A handle of the runtime, or of native code.</summary>
    Handle,

    /// <summary>A handle that keeps it in its place too.</summary>
    Pinned,

    /// <summary>Something else of the runtime.</summary>
    Other,

    /// <summary>A COM object.</summary>
    RefCounted,

    /// <summary>A local variable or an argument of a method that runs.</summary>
    Local,

    /// <summary>It waits to be finalized.</summary>
    Finalizer,
}

/// <summary>How roots are called in files of .gcdump, and by us.</summary>
internal static class RootNames
{
    public const string All = "[.NET Roots]", StaticVars = "[static vars]", ThreadStaticVars = "[thread static vars]", OtherRoots = "[other roots]";

    private const string StaticVar = "[static var ";

    /// <summary>What holds objects of a kind in such a file.</summary>
    public static string Of(RootKind kind) => kind switch
    {
        RootKind.Static => StaticVars,
        RootKind.ThreadStatic => ThreadStaticVars,
        RootKind.Handle => "[strong Handles]",
        RootKind.Pinned => "[pinning Handles]",
        RootKind.Other => "[other Handles]",
        RootKind.RefCounted => "[COM/WinRT Objects]",
        RootKind.Local => "[local vars]",
        _ => "[finalizer Handles]",
    };

    /// <summary>A field, in such a file.</summary>
    /// <param name="type">Of what is in it: runtimes do not tell who declares it; null if that is not known either.</param>
    public static string Field(string? type, string field) => $"{StaticVar}{type ?? "?"}.{field}]";

    /// <summary>What is written in such a file, for people. Of a field the name alone: what is in it follows on any way.</summary>
    public static string Told(string name) => name switch
    {
        _ when name.StartsWith(StaticVar, StringComparison.Ordinal) && name.EndsWith(']') => "static " + name[(name.LastIndexOf('.') + 1)..^1],
        "[local vars]" => "local variables",
        "[strong Handles]" => "handles",
        "[pinning Handles]" => "pinning handles",
        "[finalizer Handles]" => "waits to be finalized",
        "[other Handles]" => "the runtime",
        "[Dependent Handles]" => "dependent handles",
        _ => IsRoot(name) ? name.Trim('[', ']') : name,
    };

    /// <summary>A root, or a group of them; not an object.</summary>
    public static bool IsRoot(string name) =>
        name.StartsWith(StaticVar, StringComparison.Ordinal)
        || name is All or StaticVars or ThreadStaticVars or OtherRoots or "[local vars]" or "[strong Handles]" or "[pinning Handles]" or "[finalizer Handles]" or "[other Handles]"
            or "[COM/WinRT Objects]" or "[Dependent Handles]";

    /// <summary>Only groups others.</summary>
    public static bool IsGroup(string name) => name is All or StaticVars or ThreadStaticVars or OtherRoots;

    /// <summary>When a root is followed: what one holds for good names the holder, rather than a variable that was there by chance.</summary>
    public static int Turn(string name) => name switch
    {
        "[local vars]" => 1,
        "[finalizer Handles]" => 2,
        _ => 0,
    };
}
