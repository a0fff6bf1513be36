using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Programs that call as they start, `dotnet.port`.</summary>
[Collection(EndToEndTests.Name)]
public sealed class DotnetPortTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Nothing_of_their_start_is_missed_and_one_that_waits_goes_on_when_we_come()
    {
        using Scratch scratch = new();
        string port = Path.Join(scratch.Folder, "dotnet.sock"), configuration = $"sampling: {{ interval: 1s }}\ndotnet: {{ port: {port} }}\n";
        Dictionary<string, string> calling = new() { ["DOTNET_DiagnosticPorts"] = port + ",connect,suspend" };
        await using (ExporterProcess killed = await ExporterProcess.Start(scratch, configuration))
        {
            await Calls(killed);
            await killed.Kill(); // It leaves its socket behind.
        }
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, configuration);
        await Calls(exporter);

        async Task Calls(ExporterProcess listening)
        {
            await using ShopTarget shop = await ShopTarget.StartOn("net10.0", calling, "--throw", "25");
            await listening.PageWhere(
                "all its exceptions", page => page.Value("dotnet_exceptions_total", shop.Label, "error_type=InvalidOperationException") == 25, Patience);
        }
    }

    [Fact]
    public async Task A_place_that_can_not_be_listened_on_is_said_on_the_page()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch, $"sampling: {{ interval: 1s }}\ndotnet: {{ port: {Path.Join(scratch.Folder, "nowhere/dotnet.sock")} }}\n");
        await exporter.PageWhere("why", page => page.Value("arsenal_signal_available", "signal=dotnet_port") == 0, Patience);
    }
}
