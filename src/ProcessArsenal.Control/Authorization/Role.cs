namespace ProcessArsenal.Control.Authorization;

/// <summary>What the bearer of a token may do. Each role but <see cref="Responder"/> may also do what those before it may.</summary>
public enum Role : byte
{
    /// <summary>Look: processes, history, events.</summary>
    Viewer,

    /// <summary>Burden a process a little: traces and profiles.</summary>
    Diagnose,

    /// <summary>Act on processes: start, stop, kill, restart, signal, suspend; and dumps, which hold secrets.</summary>
    Operate,

    /// <summary>Change what the automation may do: modes, pause, force.</summary>
    Admin,

    /// <summary>Deliver alerts, and nothing else.</summary>
    Responder,
}

/// <summary>How roles compare, and how they are written.</summary>
public static class Roles
{
    /// <summary>As they are written, in the order of <see cref="Role"/>.</summary>
    public static readonly string[] Names = ["viewer", "diagnose", "operate", "admin", "responder"];

    public static string Name(this Role role) => Names[(int)role];

    /// <returns>Null if there is no such role.</returns>
    public static Role? Parse(string name) => Array.IndexOf(Names, name) is var index && index >= 0 ? (Role)index : null;

    /// <summary>Whether one who holds a role may do what takes another. An administrator may deliver alerts too: that is how their delivery is tried.</summary>
    public static bool Allows(this Role held, Role needed) =>
        held == needed || (needed == Role.Responder ? held == Role.Admin : held != Role.Responder && held > needed);
}
