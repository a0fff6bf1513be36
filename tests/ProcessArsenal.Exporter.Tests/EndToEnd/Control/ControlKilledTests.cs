using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>We are killed at random moments of many actions: each intent has one outcome afterwards, nothing is done twice, and the chain is whole. Of sixty
/// actions, or as many as CONTROL_ACTIONS says (`make control-killed`).</summary>
public sealed class ControlKilledTests(ITestOutputHelper output)
{
    private const int AtOnce = 20;

    private static readonly int Actions = int.Parse(Environment.GetEnvironmentVariable("CONTROL_ACTIONS") ?? "60", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Each_intent_has_one_outcome_and_nothing_is_done_twice()
    {
        using Scratch scratch = new();
        const string Configuration = "sampling: { interval: 1s }\ndotnet: { attach: none }\ncontrol: { max_actions_per_hour: 100000 }\n";
        Target[] targets = [.. Enumerable.Range(0, Actions).Select(static _ => new Target())];
        try
        {
            var answers = new ConcurrentDictionary<int, string>();
            int kills = 0;
            foreach (int[] round in Enumerable.Range(0, Actions).Chunk(AtOnce))
            {
                await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
                using var client = new ControlClient(exporter);
                Task[] asked = [.. round.Select(i => Task.Run(() => Ask(client, targets[i], i, answers)))];
                // A random moment: some are not recorded yet, some are being done, of some the outcome is not.
                await Task.WhenAny(Task.WhenAll(asked), Task.Delay(RandomNumberGenerator.GetInt32(1, 250), TestContext.Current.CancellationToken));
                await exporter.Kill();
                kills++;
                await Task.WhenAll(asked);
            }
            await using ExporterProcess last = await ExporterProcess.Start(scratch, Configuration);
            using var final = new ControlClient(last);
            // Asked for again under the same keys: what was recorded is told, not done; what never was is done now.
            string[] keys = [.. Enumerable.Range(0, Actions).Select(Key)];
            Dictionary<string, List<JsonElement>> before = await ByTarget(final);
            int open = 0, interrupted = 0, succeeded = 0;
            for (int i = 0; i < Actions; i++)
            {
                if (!before.TryGetValue(await Identity(final, targets[i]), out List<JsonElement>? actions)) continue;
                JsonElement action = Assert.Single(actions);
                string? outcome = action.TryGetProperty("outcome", out JsonElement kind) ? kind.GetString() : null;
                if (outcome is null) open++;
                else if (outcome == "interrupted") interrupted++;
                else if (outcome == "succeeded") succeeded++;
                if (outcome == "succeeded") Assert.Single(targets[i].Heard);
                if (answers.TryGetValue(i, out string? told)) Assert.Equal(told, outcome);
            }
            Assert.Equal(0, open);
            for (int i = 0; i < Actions; i++) await Ask(final, targets[i], i, answers);
            foreach (Target target in targets) Assert.InRange(target.Heard.Length, 0, 1);
            Assert.Equal(Actions, (await ByTarget(final)).Values.Sum(static actions => actions.Count));
            Command verified = await Command.Run(Repository.Program, ["audit", "verify", "--state-directory", last.State, "--config", "/dev/null"]);
            Assert.True(verified.ExitCode == 0, verified.Error);
            output.WriteLine($"{Actions} actions, {kills} kills: {succeeded} done and recorded, {interrupted} interrupted, {Actions - before.Count} never recorded, {answers.Count} answered; {targets.Sum(static target => target.Heard.Length)} signals heard, none twice; {verified.Output.Trim()}");
        }
        finally
        {
            foreach (Target target in targets) target.Dispose();
        }
    }

    private static string Key(int i) => string.Create(CultureInfo.InvariantCulture, $"action-{i}");

    private static async Task Ask(ControlClient client, Target target, int i, ConcurrentDictionary<int, string> answers)
    {
        try
        {
            Answer answer = await InTurn(() => client.Ask(HttpMethod.Post, $"/api/v1/processes/{target.Pid}/signal", client.Admin, request =>
            {
                request.Content = new StringContent("""{"signal":"USR1"}""") { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                request.Headers.Add("Idempotency-Key", Key(i));
            }));
            if (answer.Status == 200) answers[i] = JsonDocument.Parse(answer.Body).RootElement.GetProperty("outcome").GetString()!;
        }
        catch (HttpRequestException)
        {
            // Killed in between.
        }
    }

    /// <summary>A token may ask a hundred times a second: who asks more often comes again.</summary>
    private static async Task<Answer> InTurn(Func<Task<Answer>> ask) => await Eventually.Get("its turn", async () => await ask() is { Status: not 429 } answer ? answer : null);

    private static async Task<string> Identity(ControlClient client, Target target) => (await Eventually.Get("it was sampled", async () =>
    {
        Answer answer = await client.Ask(HttpMethod.Get, $"/api/v1/processes?where=pid%20%3D%20{target.Pid}", client.Admin);
        return answer.Status == 200 ? JsonDocument.Parse(answer.Body).RootElement.GetProperty("processes").EnumerateArray().Select(static one => one.GetProperty("identity").GetString()).FirstOrDefault() : null;
    }))!;

    private static async Task<Dictionary<string, List<JsonElement>>> ByTarget(ControlClient client)
    {
        var all = new Dictionary<string, List<JsonElement>>();
        for (string? cursor = ""; cursor is not null;)
        {
            Answer answer = await InTurn(() => client.Ask(HttpMethod.Get, $"/api/v1/actions?limit=1000{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}", client.Admin));
            JsonElement page = JsonDocument.Parse(answer.Body).RootElement;
            foreach (JsonElement action in page.GetProperty("actions").EnumerateArray())
            {
                string target = action.GetProperty("target").GetString()!;
                if (!all.TryGetValue(target, out List<JsonElement>? known)) all.Add(target, known = []);
                known.Add(action);
            }
            cursor = page.TryGetProperty("next", out JsonElement next) ? next.GetString() : null;
        }
        return all;
    }
}
