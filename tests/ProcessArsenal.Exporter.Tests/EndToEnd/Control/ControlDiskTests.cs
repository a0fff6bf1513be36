using System.Diagnostics;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>Where nothing can be recorded nothing is done, and seeing goes on.</summary>
public sealed class ControlDiskTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly string _state;

    public ControlDiskTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "To mount a small disk takes root.");
        _state = _scratch.MakeFolderForAll("state");
        Run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", _state);
    }

    public void Dispose()
    {
        Run("umount", "-l", _state);
        _scratch.Dispose();
    }

    [Fact]
    public async Task A_full_disk_refuses_actions_until_there_is_room_again()
    {
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, "sampling: { interval: 500ms }\ndotnet: { attach: none }\ncontrol: { max_actions_per_hour: 100000 }\n");
        using var client = new ControlClient(exporter);
        using var target = new Target();
        string filler = Path.Join(_state, "filler");
        Fill(filler);
        Answer refused = null!;
        // What the log has room for is recorded still; then it is full.
        await Eventually.True("it can't be recorded", async () => (refused = await client.Ask(HttpMethod.Post, $"/api/v1/processes/{target.Pid}/signal", client.Admin, static request => request.Content = new StringContent("""{"signal":"USR1","reason":"REASON"}""".Replace("REASON", new string('r', 1000), StringComparison.Ordinal)))).Status == 503, () => $"{refused.Status} {refused.Body}", TimeSpan.FromSeconds(120));
        Assert.Equal("urn:process-arsenal:problem:not-recorded", refused.Type);
        int heard = target.Heard.Length;
        Assert.Equal(503, (await client.Ask(HttpMethod.Post, $"/api/v1/processes/{target.Pid}/kill", client.Admin)).Status);
        Assert.True(target.IsAlive);
        Assert.Equal(heard, target.Heard.Length);
        Assert.True((await exporter.Page()).Value("process_controller_audit_head") > 0);
        File.Delete(filler);
        await Eventually.True("there is room again", async () => (await client.Ask(HttpMethod.Post, $"/api/v1/processes/{target.Pid}/kill", client.Admin)).Status == 200);
        Assert.False(target.IsAlive);
    }

    [Fact]
    public async Task A_disk_that_can_only_be_read_refuses_actions()
    {
        await using (ExporterProcess first = await ExporterProcess.Start(_scratch, "dotnet: { attach: none }\n"))
        {
            using var client = new ControlClient(first); // The tokens are made.
        }
        Run("mount", "-o", "remount,ro", _state);
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, "sampling: { interval: 500ms }\ndotnet: { attach: none }\n");
        using var again = new ControlClient(exporter);
        using var target = new Target();
        Answer refused = await again.Ask(HttpMethod.Post, $"/api/v1/processes/{target.Pid}/kill", again.Admin);
        Assert.Equal((503, "urn:process-arsenal:problem:not-recorded"), (refused.Status, refused.Type));
        Assert.Contains("read-only", refused.Detail, StringComparison.Ordinal);
        Assert.True(target.IsAlive);
        Assert.NotNull((await exporter.Page()).Value("system_process_created_total"));
    }

    private static void Fill(string file)
    {
        using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 });
        try
        {
            for (byte[] block = new byte[4096]; ;) stream.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process run = Process.Start(program, arguments);
        run.WaitForExit();
        Assert.Equal(0, run.ExitCode);
    }
}
