using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Control.Interop;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Control.Supervision;

/// <summary>Starts a child so that it needs nothing of ours: in a session of its own, its output into a file, its input from a FIFO that it has itself. Blocks
/// as long as a disk does: called by a thread of its own.</summary>
internal static class ChildLauncher
{
    private const string SetPrivileges = "setpriv";

    /// <summary>Starts one.</summary>
    /// <param name="why">Why it could not be; null if it was.</param>
    public static ChildLife? Launch(ChildSpec child, ChildFiles files, TimeProvider time, out string? why)
    {
        UserAccount? account = null;
        if (child.User is { } user && (account = UserAccount.Find(user, out why)) is null) return null;
        if (account is not null && account.User == Waiting.EffectiveUser()) account = null; // As we are anyway.
        IReadOnlyDictionary<string, string> environment = ChildEnvironment.Of(child, account);
        if ((why = Obstacle(child, account)) is not null || Arguments(child, account, environment["PATH"], out why) is not { } arguments) return null;
        using SafeFileHandle? log = ChildLog.OpenForChild(files.Log, account?.User, account?.Group, out why);
        if (log is null) return null;
        using SafeFileHandle? input = ChildInput.Make(files.Input, out FileKey key, out why);
        if (input is null) return null;
        using ProcFs proc = ProcFs.Open();
        // Before, as one that was started and can't be held would run unsupervised, and be started again and again.
        using Pidfd? probe = Pidfd.Open(Environment.ProcessId);
        why = probe is null ? "supervision takes pidfds: Linux >= 5.4, a seccomp filter that lets pidfd_open(2) through, and descriptors to spare" : null;
        if (probe is null) return null;
        DateTimeOffset started = time.GetUtcNow();
        string program = arguments[0];
        if (account is null) arguments[0] = child.Command[0]; // What it finds as its name is what was written.
        int error = Spawn.Start(program, arguments, [.. environment.Select(pair => pair.Key + "=" + pair.Value)], child.WorkingDirectory, (int)input.DangerousGetHandle(), (int)log.DangerousGetHandle(), out int pid);
        why = error == 0 ? null : Explain(error, program, child);
        probe.Dispose();
        return error == 0 ? Hold(proc, pid, started, files.Log, key, out why) : null;
    }

    /// <summary>It is a child that nobody has waited for: its number is its own, and so this can't be another.</summary>
    private static ChildLife? Hold(ProcFs proc, int pid, DateTimeOffset started, string log, FileKey input, out string? why)
    {
        Pidfd? pidfd = Pidfd.Open(pid);
        why = pidfd is null ? FormattableString.Invariant($"it was started as {pid}, but can't be held as there are no descriptors to spare: it runs unsupervised") : null;
        if (pidfd is null) return null;
        proc.OpenProcess(pid, out ProcessDirectory? directory);
        ProcessIdentity identity;
        using (directory) identity = (directory is null ? null : ProcessOpener.Identify(proc, directory)) ?? new ProcessIdentity(pid, pidfd.TryReadInode(out ulong inode) ? inode : 0, proc.BootId);
        var life = new ChildLife(identity, pidfd, HeldProcess.Open(proc, identity, out _), isOurs: true, started, log, input);
        life.SeeAlive(proc);
        return life;
    }

    private static string? Obstacle(ChildSpec child, UserAccount? account)
    {
        if (account is not null && Waiting.EffectiveUser() != 0) return $"to run it as '{account.Name}' takes root: run us as root, or leave 'user' out";
        return child.WorkingDirectory is { } directory && !Directory.Exists(directory) ? $"the working directory {directory} is not there" : null;
    }

    /// <summary>The program and its arguments; with another user, setpriv(1), which becomes that user and then the program, with the same pid.</summary>
    private static string[]? Arguments(ChildSpec child, UserAccount? account, string path, out string? why)
    {
        string? program = ChildEnvironment.Find(child.Command[0], path);
        why = program is null ? $"there is no program '{child.Command[0]}' in {path}" : null;
        if (program is null) return null;
        if (account is null) return [program, .. child.Command.Skip(1)];
        string there = Path.IsPathRooted(program) ? program : Path.Join(child.WorkingDirectory ?? Environment.CurrentDirectory, program);
        // Before, as setpriv could tell its exit code alone.
        why = !File.Exists(there) ? $"there is no program {there}" : !IsExecutable(there) ? $"{there} may not be executed" : null;
        string? helper = ChildEnvironment.Find(SetPrivileges, Environment.GetEnvironmentVariable("PATH") ?? path);
        if (helper is null) why ??= $"to run it as '{account.Name}' takes {SetPrivileges}(1): install util-linux";
        if (why is not null) return null;
        string groups = account.Groups.Count == 0 ? "--clear-groups" : "--groups=" + string.Join(',', account.Groups);
        return
        [
            helper!, "--reuid=" + account.User.ToString(CultureInfo.InvariantCulture), "--regid=" + account.Group.ToString(CultureInfo.InvariantCulture),
            groups, "--inh-caps=-all", "--", program, .. child.Command.Skip(1),
        ];
    }

    private static bool IsExecutable(string file) =>
        (File.GetUnixFileMode(file) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    /// <summary>errno(3), asm-generic.</summary>
    private static string Explain(int error, string program, ChildSpec child) => error switch
    {
        2 when File.Exists(Path.Combine(child.WorkingDirectory ?? "", program)) => $"{program} is there, but what would run it is not: its interpreter (#!), or its dynamic loader",
        2 => $"there is no program {program}",
        7 => "its arguments and environment are too long",
        8 => $"{program} is no program for this machine (a script begins with #!)",
        11 => "there are too many processes already (RLIMIT_NPROC, or the control group's pids.max)",
        12 => "there is no memory to start it",
        13 => $"{program} may not be executed by us, or the working directory not be entered: its mode, a directory on its way, or a mount with noexec",
        20 => $"a part of the path {program} is no directory",
        26 => $"{program} is being written to",
        _ => FormattableString.Invariant($"{program} can't be executed (errno {error})"),
    };
}
