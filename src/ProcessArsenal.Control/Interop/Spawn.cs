using System.Runtime.InteropServices;

namespace ProcessArsenal.Control.Interop;

/// <summary>Starts a program (posix_spawn(3)): no fork of this runtime, no pipe, and the reason if it can't be executed.</summary>
internal static unsafe partial class Spawn
{
    // spawn.h, the same in glibc (>= 2.26) and musl. posix_spawnattr_t has 336 bytes in both, posix_spawn_file_actions_t 80, sigset_t 128.
    private const short SetSignalDefaults = 0x04, SetSignalMask = 0x08, SetSession = 0x80;
    private const int Opaque = 1024;

    /// <summary>Starts a program in a session of its own, with all signals as by default and none blocked, and no descriptor of ours but those that are given.
    /// Waits until it is executed, which a hung file system can delay without end.</summary>
    /// <param name="program">A path; relative ones are relative to <paramref name="directory"/>.</param>
    /// <param name="environment">Each KEY=value.</param>
    /// <param name="input">Becomes its standard input.</param>
    /// <param name="output">Becomes its standard output and error.</param>
    /// <returns>0, or errno.</returns>
    public static int Start(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string? directory, int input, int output, out int pid)
    {
        byte* attributes = stackalloc byte[Opaque], actions = stackalloc byte[Opaque], set = stackalloc byte[Opaque];
        nint path = Marshal.StringToCoTaskMemUTF8(program), home = Marshal.StringToCoTaskMemUTF8(directory);
        nint* argv = Texts(arguments), envp = Texts(environment);
        _ = AttributesInit(attributes);
        _ = ActionsInit(actions);
        try
        {
            // What we ignore (the runtime ignores SIGPIPE) or block would be inherited through exec (execve(2)).
            _ = SignalsFill(set);
            _ = SetDefaults(attributes, set);
            _ = SignalsEmpty(set);
            _ = SetMask(attributes, set);
            _ = SetFlags(attributes, SetSignalDefaults | SetSignalMask | SetSession);
            int error = AddDuplicate(actions, input, 0);
            if (error == 0) error = AddDuplicate(actions, output, 1);
            if (error == 0) error = AddDuplicate(actions, output, 2);
            if (error == 0) error = AddCloseFrom(actions, 3);
            if (error == 0 && home != 0) error = AddDirectory(actions, (byte*)home);
            int started = 0;
            if (error == 0) error = PosixSpawn(&started, (byte*)path, actions, attributes, argv, envp);
            pid = started;
            return error;
        }
        finally
        {
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
            Free(envp);
            Free(argv);
            Marshal.FreeCoTaskMem(home);
            Marshal.FreeCoTaskMem(path);
        }
    }

    private static nint* Texts(IReadOnlyList<string> texts)
    {
        nint* all = (nint*)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(nint));
        for (int i = 0; i < texts.Count; i++) all[i] = Marshal.StringToCoTaskMemUTF8(texts[i]);
        return all;
    }

    private static void Free(nint* texts)
    {
        for (nint* text = texts; *text != 0; text++) Marshal.FreeCoTaskMem(*text);
        NativeMemory.Free(texts);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static partial int PosixSpawn(int* pid, byte* path, byte* actions, byte* attributes, nint* argv, nint* envp);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    private static partial int AddDirectory(byte* actions, byte* path);

    /// <summary>glibc >= 2.34, which the published program needs anyway.</summary>
    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static partial int AddCloseFrom(byte* actions, int from);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static partial int SignalsFill(byte* set);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int SignalsEmpty(byte* set);
}
