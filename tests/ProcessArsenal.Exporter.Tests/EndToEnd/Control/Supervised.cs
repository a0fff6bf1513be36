using System.Net.Http.Headers;
using System.Text.Json;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>An exporter that supervises, and may be killed and started again. Whatever it has started is gone afterwards.</summary>
internal sealed class Supervised : IAsyncDisposable
{
    private readonly Scratch _scratch = new();
    private readonly string _configuration;
    private readonly string[]? _prefix;

    private Supervised(string supervisors, string[]? prefix) => (_configuration, _prefix) = ("sampling: { interval: 500ms }\ndotnet: { attach: none }\n" + supervisors, prefix);

    public ExporterProcess Exporter { get; private set; } = null!;

    public ControlClient Client { get; private set; } = null!;

    public static async Task<Supervised> Start(string supervisors, string[]? prefix = null)
    {
        var supervised = new Supervised(supervisors, prefix);
        await supervised.Again();
        return supervised;
    }

    /// <summary>Starts it, with the state that the run before has left.</summary>
    public async Task Again()
    {
        Client?.Dispose();
        if (Exporter is not null) await Exporter.DisposeAsync();
        Exporter = await ExporterProcess.Start(_scratch, _configuration, _prefix);
        Client = new ControlClient(Exporter);
    }

    /// <summary>Another with the same state.</summary>
    public Task<ExporterProcess> Beside() => ExporterProcess.Start(_scratch, _configuration, _prefix);

    public async Task<JsonElement> Supervisor(string name = "shop") =>
        (await Client.Get("/api/v1/supervisors")).GetProperty("supervisors").EnumerateArray().Single(one => one.GetProperty("kind").GetString() == "process-arsenal" && one.GetProperty("name").GetString() == name);

    public async Task<JsonElement> Child(string name) => (await Supervisor()).GetProperty("children").EnumerateArray().Single(child => child.GetProperty("name").GetString() == name);

    /// <summary>Waits until a child runs, as another process than before.</summary>
    /// <returns>Its identity.</returns>
    public async Task<string> Runs(string name, string? before = null)
    {
        JsonElement last = default;
        return await Eventually.Get($"{name} runs", async () => (last = await Child(name)) is var child && Text(child, "state") == "running" && Text(child, "identity") is { } now && now != before ? now : null, () => $"{last}\n{Exporter.Log}");
    }

    public Task Becomes(string name, string state) => Eventually.True($"{name} is {state}", async () => Text(await Child(name), "state") == state, () => Exporter.Log);

    public async Task<string> Output(string child) => File.ReadAllText(Text(await Child(child), "log")!);

    public async Task<JsonElement> Post(string path, string body = "", string? key = null)
    {
        Answer answer = await Ask(path, body, key);
        Assert.True(answer.Status == 200, $"{path}: {answer.Status} {answer.Body}\n{Exporter.Log}");
        return JsonDocument.Parse(answer.Body).RootElement;
    }

    public Task<JsonElement> Do(string child, string action, string body = "", string? key = null) => Post($"/api/v1/supervisors/shop/children/{child}/{action}", body, key);

    public Task<Answer> Ask(string path, string body = "", string? key = null, string? token = null) => Client.Ask(HttpMethod.Post, path, token ?? Client.Admin, request =>
    {
        request.Content = new StringContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
    });

    /// <summary>The program as a command, which asks this exporter.</summary>
    public Task<Command> Run(params string[] words) => Command.Run(Repository.Program, [.. words, "--state-directory", Exporter.State, "--config", "/dev/null", "--server", Client.Address, "--token-file", Client.TokenFile]);

    public static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    public static bool Lives(string identity)
    {
        using ProcFs proc = ProcFs.Open();
        Assert.True(ProcessIdentity.TryParse(identity, out ProcessIdentity parsed), identity);
        using HeldProcess? held = HeldProcess.Open(proc, parsed, out _);
        return held is not null;
    }

    public static void Signal(string identity, int signal)
    {
        using ProcFs proc = ProcFs.Open();
        Assert.True(ProcessIdentity.TryParse(identity, out ProcessIdentity parsed), identity);
        using HeldProcess? held = HeldProcess.Open(proc, parsed, out _);
        held?.Send(signal);
    }

    /// <summary>The children first live on: who they are is in what an orderly end has written.</summary>
    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        try
        {
            if (Exporter is not null) await Exporter.DisposeAsync();
        }
        finally
        {
            foreach (string record in Directory.GetFiles(Path.Join(Exporter!.State, "supervisors"), "record.json", SearchOption.AllDirectories)) SupervisedChildren.End(record);
            _scratch.Dispose();
        }
    }
}
