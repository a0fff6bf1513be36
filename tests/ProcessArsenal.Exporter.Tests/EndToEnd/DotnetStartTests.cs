using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>A runtime that is asked for events while it initializes can hang for ever: of programs that began beside two who asked at once, one of 30 did.
/// </summary>
public sealed class DotnetStartTests(ITestOutputHelper output)
{
    private const string RoundsVariable = "ARSENAL_START_ROUNDS";

    private const int Together = 6;

    private static readonly string[] Frameworks = ["net8.0", "net9.0", "net10.0"];

    [Fact]
    public async Task Programs_begin_and_end_beside_two_exporters_as_they_would_alone()
    {
        int rounds = int.Parse(Environment.GetEnvironmentVariable(RoundsVariable) ?? "6", CultureInfo.InvariantCulture);
        using Scratch one = new(), two = new();
        await using ExporterProcess first = await ExporterProcess.Start(one, "sampling: { interval: 1s }\n"), second = await ExporterProcess.Start(two, "sampling: { interval: 1s }\n");
        int begun = 0;
        for (int round = 0; round < rounds; round++)
        {
            // Who hangs says nothing for half a minute, which fails; so does one that ends with anything but 0, or not.
            WorkerTarget[] workers = await Task.WhenAll(Enumerable.Range(0, Together).Select(i => WorkerTarget.StartOn(Frameworks[i % Frameworks.Length])));
            begun += workers.Length;
            try
            {
                // Some end while they are let begin, some as they are attached to, some after.
                if (round % 3 == 1) await first.PageWhere("one is listened to", page => workers.Any(worker => IsAttached(page, worker)), TimeSpan.FromSeconds(40));
                if (round % 3 == 2) await second.PageWhere("all are listened to", page => workers.All(worker => IsAttached(page, worker)), TimeSpan.FromSeconds(40));
                await Task.WhenAll(workers.Select(worker => worker.End()));
            }
            finally
            {
                foreach (WorkerTarget worker in workers) await worker.DisposeAsync();
            }
        }
        output.WriteLine($"{begun} programs began and ended");
    }

    private static bool IsAttached(MetricsPage page, WorkerTarget worker) => page.Value("arsenal_dotnet_session_state", worker.Label, "state=attached") == 1;
}
