using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>Signals to our own children only: a child that is not yet reaped keeps its pid, so it can't be someone else's.</summary>
internal static partial class Signals
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static void Send(Process child, int signal)
    {
        if (!child.HasExited)
            _ = KillCall(child.Id, signal);
    }

    public static bool IsRoot => EffectiveUserId() == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int KillCall(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();
}
