using System.Runtime.InteropServices;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Interop;

/// <summary>The one call of the whole program that signals another process (pidfd_send_signal(2), Linux >= 5.1).</summary>
internal static unsafe partial class Signals
{
    private const nint SendByPidfd = 424; // SYS_pidfd_send_signal: the same on every architecture

    /// <summary>Sends a signal to the process behind a pidfd, whoever has its pid by now.</summary>
    /// <param name="signal">1 to 64; 0: none, only whether we might.</param>
    /// <returns>0, or errno: ESRCH if it has ended and was waited for, EPERM if we may not.</returns>
    public static int Send(Pidfd process, int signal)
    {
        nint result = SystemCall(SendByPidfd, process.Descriptor, signal, 0, 0);
        int error = Marshal.GetLastPInvokeError();
        GC.KeepAlive(process);
        return result == 0 ? 0 : error;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint descriptor, nint signal, nint information, nint flags);
}
