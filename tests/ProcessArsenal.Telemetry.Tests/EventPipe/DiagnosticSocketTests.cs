using System.Diagnostics;
using System.Net.Sockets;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Against real processes: who listens is what the kernel says, not what a name in a shared directory says.</summary>
public sealed class DiagnosticSocketTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sockets").FullName;

    [Fact]
    public async Task That_of_a_NET_process_is_found_by_its_pid_and_start()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        Assert.Equal(DiagnosticSocketOutcome.Found, await Find(shop.Pid));
    }

    [Fact]
    public async Task And_where_the_process_keeps_its_temporary_files()
    {
        await using ShopTarget shop = await ShopTarget.Start(new Dictionary<string, string> { ["TMPDIR"] = _folder + "//" });
        Assert.Single(Directory.GetFiles(_folder, "dotnet-diagnostic-*"));
        Assert.Equal(DiagnosticSocketOutcome.Found, await Find(shop.Pid));
    }

    /// <summary>There its temporary files are on a mount that we don't see, and its pid is another.</summary>
    [Fact]
    public async Task And_in_namespaces_of_its_own()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Namespaces take root.");
        await using ShopTarget shop = await ShopTarget.Start(
            new Dictionary<string, string> { ["TMPDIR"] = _folder },
            "unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", $"mount -t tmpfs none {_folder} && exec \"$@\"", "sh");
        Assert.Equal(1, (await shop.Report()).Pid);
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Equal(DiagnosticSocketOutcome.Found, await Find(shop.Pid));
    }

    [Fact]
    public async Task Who_does_not_want_to_be_looked_into_has_none()
    {
        await using ShopTarget shop = await ShopTarget.Start(new Dictionary<string, string> { ["DOTNET_EnableDiagnostics"] = "0" });
        Assert.Equal(DiagnosticSocketOutcome.None, await Find(shop.Pid));
    }

    [Fact]
    public async Task Another_who_listens_under_its_name_is_not_believed()
    {
        using Process cat = Cat();
        using var impostor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        impostor.Bind(new UnixDomainSocketEndPoint(NameOf(cat.Id)));
        impostor.Listen();
        Assert.Equal(DiagnosticSocketOutcome.Impostor, await Find(cat.Id));
        cat.StandardInput.Close();
    }

    [Fact]
    public async Task Nor_does_another_hide_the_true_one()
    {
        await using ShopTarget shop = await ShopTarget.Start(new Dictionary<string, string> { ["TMPDIR"] = _folder });
        using var impostor = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        string name = NameOf(shop.Pid, "/tmp");
        try
        {
            impostor.Bind(new UnixDomainSocketEndPoint(name));
            impostor.Listen();
            Assert.Equal(DiagnosticSocketOutcome.Found, await Find(shop.Pid));
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Fact]
    public async Task Where_nobody_listens_any_more_there_is_nobody()
    {
        using Process cat = Cat();
        string name = NameOf(cat.Id);
        using (var former = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            former.Bind(new UnixDomainSocketEndPoint(name + "-former"));
            await Process.Start("ln", [name + "-former", name]).WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal(DiagnosticSocketOutcome.Unreachable, await Find(cat.Id));
        cat.StandardInput.Close();
    }

    [Theory]
    [InlineData("a file")]
    [InlineData("a link to one")]
    [InlineData("a directory")]
    [InlineData("a pipe")]
    public async Task What_is_no_socket_is_nobody(string kind)
    {
        using Process cat = Cat();
        string name = NameOf(cat.Id);
        if (kind == "a directory") Directory.CreateDirectory(name);
        else if (kind == "a file") File.WriteAllText(name, "");
        else if (kind == "a pipe") Process.Start("mkfifo", [name]).WaitForExit();
        else File.CreateSymbolicLink(name, "/etc/passwd");
        Assert.Equal(DiagnosticSocketOutcome.Unreachable, await Find(cat.Id));
        cat.StandardInput.Close();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>It ends with its input.</summary>
    private Process Cat()
    {
        var start = new ProcessStartInfo("cat") { RedirectStandardInput = true };
        start.Environment["TMPDIR"] = _folder;
        return Process.Start(start)!;
    }

    private string NameOf(int pid, string? folder = null)
    {
        (ProcessDirectory directory, ProcStat stat, _) = ShopTarget.Look(pid);
        directory.Dispose();
        return Path.Join(folder ?? _folder, $"dotnet-diagnostic-{pid}-{stat.StartTicks}-socket");
    }

    private static async Task<DiagnosticSocketOutcome> Find(int pid)
    {
        (ProcessDirectory directory, ProcStat stat, ProcStatus status) = ShopTarget.Look(pid);
        using (directory)
        {
            (DiagnosticSocketOutcome outcome, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
            using (socket) return outcome;
        }
    }
}
