using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Api;

/// <summary><c>flows.enabled</c>: bytes from group to group as a counter, over windows and connections.</summary>
public sealed class FlowCountersTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_are_counted_from_group_to_group()
    {
        const int size = 200_000, pieces = 12;
        using var scratch = new Scratch();
        string bash = scratch.CopyProgram("/bin/bash", "e2e-talks");
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "sampling: { interval: 500ms }\ndotnet: { attach: none }\nflows: { enabled: true }\n");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        // The exporter's own answers to our scrapes are among what is watched: once they are counted, so is what comes after.
        string group = Path.GetFileName(Environment.ProcessPath!);
        await exporter.PageWhere("its answers to us", page => page.Value("process_flow_bytes_total", "source=process-arsenal", "destination=" + group) > 0, TimeSpan.FromSeconds(60));
        using Process talker = Process.Start(new ProcessStartInfo(bash, ["-c", $"exec 7<>/dev/tcp/127.0.0.1/{port}; for i in $(seq {pieces}); do head -c {size} /dev/zero >&7; read -r -t 1 nothing; done; read -r end"]) { RedirectStandardInput = true })!;
        using Socket server = await listener.AcceptAsync(Cancellation);
        byte[] room = new byte[size];
        int read = 0;
        while (read < size * pieces && await server.ReceiveAsync(room, Cancellation) is > 0 and var more) read += more;
        Assert.Equal(size * pieces, read);
        double counted = 0;
        await Eventually.True("all is counted", async () => (counted = (await exporter.Page()).Value("process_flow_bytes_total", "source=e2e-talks", "destination=" + group, "transport=tcp") ?? 0) >= size * pieces, () => counted.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(size * pieces, counted);
        talker.StandardInput.Close();
        await talker.WaitForExitAsync(Cancellation);
    }
}
