using System.Runtime.InteropServices;

namespace ProcessArsenal.Control.Interop;

/// <summary>Capabilities that a program is given by execve(2) though it is not root's (capabilities(7)).</summary>
internal static partial class Capabilities
{
    private const int Ambient = 47, ClearAll = 4; // PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL (prctl(2), Linux >= 4.3)

    /// <summary>Has the calling thread hand on none of those that we were given (by systemd's AmbientCapabilities=): what we need to see and to act is nothing for a
    /// child. Of this thread alone.</summary>
    public static void DropAmbient() => _ = Control(Ambient, ClearAll, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint argument, nuint third, nuint fourth, nuint fifth);
}
