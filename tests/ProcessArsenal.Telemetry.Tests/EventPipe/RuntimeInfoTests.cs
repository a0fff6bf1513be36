using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Real runtimes, and servers that only look like one.</summary>
public sealed class RuntimeInfoTests : IDisposable
{
    private static readonly byte[] Magic = [.. "DOTNET_IPC_V1\0"u8];

    private readonly string _folder = Directory.CreateTempSubdirectory("runtime").FullName;

    [Theory]
    [InlineData("net8.0", 8)]
    [InlineData("net9.0", 9)]
    [InlineData("net10.0", 10)]
    public async Task A_runtime_says_what_it_is(string framework, int major)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        (ProcessDirectory directory, ProcStat stat, ProcStatus status) = shop.Look();
        using (directory)
        {
            (_, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
            using (socket)
            {
                RuntimeInfo? info = await RuntimeInfo.ReadAsync(socket!, TestContext.Current.CancellationToken);
                TestContext.Current.TestOutputHelper!.WriteLine($"{info}");
                string architecture = RuntimeInformation.ProcessArchitecture.ToString();
                Assert.Equal((major, "Shop", "Linux", true), (info!.Major, info.EntryAssembly, info.OperatingSystem, architecture.Equals(info.Architecture, StringComparison.OrdinalIgnoreCase)));
                Assert.Matches($@"^{major}\.0\.\d+(-[\w.-]+)?$", info.Version);
                if (framework == "net10.0") Assert.Equal(Environment.Version.Major, info.Major);
            }
        }
    }

    [Fact]
    public async Task One_that_is_stopped_is_not_waited_for_beyond_the_deadline()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        (ProcessDirectory directory, ProcStat stat, ProcStatus status) = shop.Look();
        using (directory)
        {
            (_, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
            using (socket)
            {
                await shop.Stop();
                using var late = new CancellationTokenSource(TimeSpan.FromSeconds(0.5));
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RuntimeInfo.ReadAsync(socket!, late.Token));
                shop.Signal("CONT");
                Assert.NotNull(await RuntimeInfo.ReadAsync(socket!, TestContext.Current.CancellationToken));
            }
        }
    }

    [Fact]
    public async Task An_answer_is_read_whole_and_asked_for_rightly()
    {
        (RuntimeInfo? info, byte[] request) = await Ask(Answer(Payload("Linux", "x64", "Käse", "10.0.12+abcdef")));
        Assert.Equal(new RuntimeInfo("10.0.12", 10, "Käse", "Linux", "x64"), info);
        Assert.Equal([.. Magic, 20, 0, 4, 4, 0, 0], request);
    }

    [Fact]
    public void Its_texts_are_cut_and_may_be_empty() =>
        Assert.Equal(
            new RuntimeInfo("8.0.1", 8, "", "", new string('x', RuntimeInfo.MaxLength)),
            RuntimeInfo.Parse(Payload("", new string('x', 10_000), "", "8.0.1")));

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData(".1")]
    [InlineData("-1.0")]
    [InlineData("ten.0")]
    [InlineData("99999999999.0")]
    [InlineData("+1.0")]
    public void What_has_no_version_is_nothing(string version) => Assert.Null(RuntimeInfo.Parse(Payload("Linux", "x64", "Shop", version)));

    public static TheoryData<string> Nonsense => ["closes", "half a head", "garbage", "an error", "another set", "a size below its head", "less than it says", "endless", "a text that is too long", "a negative length"];

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Nonsense_is_nothing(string kind)
    {
        byte[] good = Answer(Payload("Linux", "x64", "Shop", "10.0.12"));
        byte[] answer = kind switch
        {
            "closes" => [],
            "half a head" => good[..10],
            "garbage" => [.. Enumerable.Range(0, 4000).Select(i => (byte)(i * 7))],
            "an error" => Answer([0x85, 0x13, 0x13, 0x80], command: 0xFF),
            "another set" => [.. good[..16], 4, .. good[17..]],
            "a size below its head" => [.. Magic, 5, 0, .. good[16..]],
            "less than it says" => good[..^1],
            "endless" => [.. Magic, 0xFF, 0xFF, 0xFF, 0, 0, 0, .. new byte[1_000_000]],
            "a text that is too long" => Answer([.. new byte[24], 0xFF, 0xFF, 0xFF, 0x7F, .. new byte[100]]),
            _ => Answer([.. new byte[24], 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[100]]),
        };
        Assert.Null((await Ask(answer)).Info);
    }

    [Fact]
    public async Task Nobody_there_is_nothing() => Assert.Null(await RuntimeInfo.ReadAsync(Path.Join(_folder, "nobody"), TestContext.Current.CancellationToken));

    [Fact]
    public void Garbage_does_no_harm() => Gen.Byte.Array[0, 300].Sample(payload => RuntimeInfo.Parse(payload) is null or { Version.Length: <= RuntimeInfo.MaxLength });

    [Fact]
    public void Nor_does_a_payload_with_flaws() => Gen.Select(Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 250]).Sample((at, value, length) =>
    {
        byte[] payload = Payload("Linux", "x64", "Shop", "10.0.12");
        payload[at % payload.Length] = value;
        _ = RuntimeInfo.Parse(payload.AsSpan(0, Math.Min(length, payload.Length)));
    });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Has a server give an answer, and close.</summary>
    private async Task<(RuntimeInfo? Info, byte[] Request)> Ask(byte[] answer)
    {
        string path = Path.Join(_folder, "socket");
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        server.Bind(new UnixDomainSocketEndPoint(path));
        server.Listen();
        Task<RuntimeInfo?> reading = RuntimeInfo.ReadAsync(path, TestContext.Current.CancellationToken);
        using Socket connection = await server.AcceptAsync(TestContext.Current.CancellationToken);
        byte[] request = new byte[64];
        int count = await connection.ReceiveAsync(request, TestContext.Current.CancellationToken);
        try
        {
            for (int sent = 0; sent < answer.Length;) sent += await connection.SendAsync(answer.AsMemory(sent, Math.Min(777, answer.Length - sent)), TestContext.Current.CancellationToken);
            connection.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // Who asked has gone: it had enough.
        }
        return (await reading, request[..count]);
    }

    private static byte[] Answer(byte[] payload, byte command = 0) => [.. Magic, .. BitConverter.GetBytes((ushort)(20 + payload.Length)), 0xFF, command, 0, 0, .. payload];

    private static byte[] Payload(string system, string architecture, string assembly, string version) =>
        [.. BitConverter.GetBytes(4711L), .. new byte[16], .. Text("dotnet shop.dll --secret"), .. Text(system), .. Text(architecture), .. Text(assembly), .. Text(version)];

    private static byte[] Text(string text) => text.Length == 0 ? [0, 0, 0, 0] : [.. BitConverter.GetBytes(text.Length + 1), .. Encoding.Unicode.GetBytes(text + '\0')];
}
