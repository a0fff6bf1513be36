using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Native;

/// <summary>Anybody may put anything at /tmp/perf-PID.map: it leads nowhere, and holds nobody up.</summary>
public sealed class PerfMapTrapTests
{
    private const string Secret = "1000 1000 secret\n";

    [Theory]
    [InlineData("nothing", null)]
    [InlineData("link", "is a link")]
    [InlineData("fifo", "is no regular file")]
    [InlineData("directory", "is no regular file")]
    [InlineData("device", "is no regular file")]
    [InlineData("foreign", "is of another user (uid 65534)")]
    [InlineData("large", "has more than 256 MiB")]
    public async Task A_trap_leads_nowhere(string kind, string? refused)
    {
        Assert.SkipUnless(OwnFile.UserId == 0, "it takes root to set such traps");
        await using NativeTarget program = await NativeTarget.Start("seventy");
        string path = string.Create(CultureInfo.InvariantCulture, $"/tmp/perf-{program.Pid}.map"), secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(secret, Secret, TestContext.Current.CancellationToken);
        try
        {
            await Set(kind, path, secret);
            (ProcessDirectory directory, _, ProcStatus status) = ShopTarget.Look(program.Pid);
            using (directory)
            {
                long began = TimeProvider.System.GetTimestamp();
                using SafeFileHandle? handle = PerfMap.Open(directory, program.Pid, status.EffectiveUserId, out string? why);
                Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(1));
                Assert.Null(handle);
                Assert.Equal(refused is null ? null : $"{path} {refused}", why);
            }
            if (kind == "nothing") return;
            NativeRecording recording = await NativeRecording.Of(program, 0.5);
            Assert.Contains(recording.Profile.Notes, note => note.EndsWith(refused!, StringComparison.Ordinal));
            Assert.DoesNotContain(recording.Profile.Methods, static method => method.Contains("secret", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(secret);
            if (Directory.Exists(path)) Directory.Delete(path);
            else File.Delete(path);
        }
    }

    private static async Task Set(string kind, string path, string secret)
    {
        switch (kind)
        {
            case "link":
                File.CreateSymbolicLink(path, secret);
                break;
            case "fifo":
                await Run("mkfifo", path);
                break;
            case "directory":
                Directory.CreateDirectory(path);
                break;
            case "device":
                await Run("mknod", path, "c", "1", "5"); // /dev/zero never ends.
                break;
            case "foreign":
                await File.WriteAllTextAsync(path, Secret, TestContext.Current.CancellationToken);
                await Run("chown", "65534", path);
                break;
            case "large":
                await using (FileStream file = File.Create(path)) file.SetLength(257L << 20);
                break;
        }
    }

    private static async Task Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
