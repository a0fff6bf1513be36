using System.Collections.Immutable;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProcessArsenal.Tests;

/// <summary>A run of tests/otlp-receiver, which reads OTLP with OpenTelemetry's own decoder. It ends when this object is disposed, and also when the test
/// host dies: its input ends then.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly Process _process;

    /// <summary>Without activities of its own: the tests may be listened to themselves.</summary>
    private readonly HttpClient _control = new(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(60) };

    private OtlpReceiver(Process process) => _process = process;

    /// <summary>What a sender by gRPC is given.</summary>
    public Uri GrpcEndpoint { get; private set; } = null!;

    /// <summary>What a sender by HTTP is given; it puts /v1/traces and /v1/metrics after it.</summary>
    public Uri HttpEndpoint { get; private set; } = null!;

    /// <summary>Starts it, and skips the test where it can't be had.</summary>
    /// <param name="tls">Its certificate; without encryption if there is none.</param>
    /// <param name="idsOnly">Of spans keep no more than which they were: for many.</param>
    public static async Task<OtlpReceiver> StartAsync(OtlpReceiverTls? tls = null, bool idsOnly = false)
    {
        string modules = Path.Join(Golden.Root(), "artifacts/otlp-receiver/node_modules");
        Assert.SkipUnless(
            File.Exists(Path.Join(modules, ".package-lock.json")), $"{modules} is missing: make receiver installs it, by npm of Node.js 18 or later.");
        var start = new ProcessStartInfo("node", [Path.Join(Golden.Root(), "tests/otlp-receiver/receiver.js"), "--spans", idsOnly ? "ids" : "whole"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["NODE_PATH"] = modules },
        };
        foreach (string argument in tls?.Arguments() ?? []) start.ArgumentList.Add(argument);
        var receiver = new OtlpReceiver(Process.Start(start)!);
        try
        {
            await receiver.IsReady(tls is null ? "http" : "https");
            return receiver;
        }
        catch
        {
            await receiver.DisposeAsync();
            throw;
        }
    }

    /// <summary>What it was sent so far.</summary>
    public Task<OtlpCounts> CountsAsync() => Get<OtlpCounts>("counts");

    /// <summary>The last 10,000 requests, in the order in which they came.</summary>
    public Task<ImmutableArray<OtlpRequest>> RequestsAsync() => Get<ImmutableArray<OtlpRequest>>("requests");

    /// <summary>All spans, in the order in which they came.</summary>
    public Task<ImmutableArray<OtlpSpan>> SpansAsync() => Get<ImmutableArray<OtlpSpan>>("spans");

    /// <summary>Of all spans trace and span, as hexadecimal digits with '-' between.</summary>
    public async Task<string[]> SpanIdsAsync() =>
        (await _control.GetStringAsync(At("span-ids"), TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Of each series the last point that came.</summary>
    public Task<ImmutableArray<OtlpPoint>> MetricsAsync() => Get<ImmutableArray<OtlpPoint>>("metrics");

    /// <summary>All points of all series, in the order in which they came.</summary>
    public Task<ImmutableArray<OtlpPoint>> PointsAsync() => Get<ImmutableArray<OtlpPoint>>("points");

    /// <summary>Has something go wrong. Each request meets the first failure that is about it, of those that were asked for.</summary>
    /// <param name="times">For so many requests; for all that come if not given.</param>
    /// <param name="signal">Of one signal; of both if not given.</param>
    public Task FailAsync(OtlpFailure failure, int? times = null, OtlpReceiverSignal? signal = null) =>
        Send(HttpMethod.Post, "failures", failure with { Times = times, Signal = signal });

    /// <summary>Nothing goes wrong any more.</summary>
    public Task HealAsync() => Send(HttpMethod.Delete, "failures");

    /// <summary>Forgets what has come. What shall go wrong stays.</summary>
    public Task ResetAsync() => Send(HttpMethod.Post, "reset");

    /// <summary>Is down: its ports are closed, and so are all connections.</summary>
    public Task CloseAsync() => Send(HttpMethod.Post, "close");

    /// <summary>Is up again, on the same ports.</summary>
    public Task OpenAsync() => Send(HttpMethod.Post, "open");

    /// <summary>Sends it a signal, by name: STOP and CONT.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{_process.Id}"])!;
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        Signal("CONT"); // Or it could not end.
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        _process.Dispose();
    }

    private async Task IsReady(string scheme)
    {
        string line = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30))
            ?? throw new InvalidOperationException("The receiver has ended.");
        Ports ports = JsonSerializer.Deserialize<Ports>(line, Json)!;
        GrpcEndpoint = new Uri($"{scheme}://127.0.0.1:{ports.Grpc}");
        HttpEndpoint = new Uri($"{scheme}://127.0.0.1:{ports.Http}");
        _control.BaseAddress = new Uri($"http://127.0.0.1:{ports.Control}");
    }

    private async Task<T> Get<T>(string what) => (await _control.GetFromJsonAsync<T>(At(what), Json, TestContext.Current.CancellationToken))!;

    private async Task Send(HttpMethod method, string what, OtlpFailure? order = null)
    {
        using var request = new HttpRequestMessage(method, At(what)) { Content = order is null ? null : JsonContent.Create(order, options: Json) };
        using HttpResponseMessage answer = await _control.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static Uri At(string what) => new("/" + what, UriKind.Relative);

    private sealed record Ports(int Grpc, int Http, int Control);
}

/// <summary>Files in PEM.</summary>
/// <param name="ClientAuthority">Whose certificates clients must have; null if they need none.</param>
internal sealed record OtlpReceiverTls(string Certificate, string Key, string? ClientAuthority = null)
{
    internal IEnumerable<string> Arguments() =>
        ["--cert", Certificate, "--key", Key, .. ClientAuthority is null ? Array.Empty<string>() : ["--client-ca", ClientAuthority]];
}
