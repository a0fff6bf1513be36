using System.Globalization;
using System.Text.Json;

namespace ProcessArsenal.Demo;

/// <summary>Tells what happens, as it happens, by what those say to whom it happens.</summary>
internal sealed class Story(Stage stage, Teller teller)
{
    private const string Sick = "orders-1";

    private static readonly TimeSpan ShowEvery = TimeSpan.FromSeconds(3);

    private readonly Api _api = stage.Api;
    private readonly Dictionary<long, string> _told = [];
    private TimeSpan _shown = TimeSpan.FromDays(-1);
    private TimeSpan _fired, _healed;
    private string _trace = "", _before = "";

    public async Task TellAsync(CancellationToken stop)
    {
        await _api.UntilAsync("both processes of the service run", async () => (await _api.ChildrenAsync()).Values.All(static child => child.State == "running"), stop);
        _before = (await _api.ChildrenAsync())[Sick].Identity!;
        teller.Tell("supervisor", $"runs {string.Join(" and ", (await _api.ChildrenAsync()).Select(static child => string.Create(CultureInfo.InvariantCulture, $"{child.Key} (pid {child.Value.Pid})")))}");
        Look();
        teller.Title("What happens");
        await _api.UntilAsync("both are fit for work", async () => (await _api.MetricAsync("""process_supervisor_children{supervisor="shop",state="running"}""")) == 2 && await AreWellAsync(), stop);
        stage.Visitors.Come(Settings.OrdersPerSecond, stage.Settings.Fast ? 90 : 0);
        teller.Tell("visitors", string.Create(CultureInfo.InvariantCulture, $"come: {Settings.OrdersPerSecond} orders a second. {Sick} keeps {Settings.LeakBytes / 1024 / 1024} MiB of each, for an audit that nobody reads"));
        await UntilAsync("the alert is pending in Prometheus", async () => await _api.InPrometheusAsync() is not null, stop);
        await UntilAsync("the alert fires in Prometheus", async () => await _api.InPrometheusAsync() == "firing", stop);
        _fired = teller.Elapsed;
        teller.Tell("Prometheus", "ProcessMemoryGrowing fires");
        await UntilAsync("the alert is delivered", async () => (await _api.IncidentsAsync()).Length > 0, stop);
        teller.Tell("Alertmanager", $"has delivered it: incident {Api.Text((await _api.IncidentsAsync())[0], "id")}, {Api.Text((await _api.IncidentsAsync())[0], "verdict")}");
        await UntilAsync("the policy has ended its work", async () => await TellActionsAsync(), stop);
        _healed = teller.Elapsed;
        await UntilAsync("the alert is resolved", async () => Api.Text((await _api.IncidentsAsync())[0], "state") == "ended" && !await _api.InAlertmanagerAsync(1) && !await _api.InAlertmanagerAsync(2), stop);
        teller.Tell("Alertmanager", "has told that the alert is resolved: nothing fires any more, in either replica", isGood: true);
        await CheckAsync();
    }

    /// <summary>What there is to see, and how to see more of it.</summary>
    public async Task SumUpAsync(CancellationToken stop)
    {
        teller.Title("What came of it");
        (string? now, int pid, _) = (await _api.ChildrenAsync())[Sick];
        teller.Say(string.Create(CultureInfo.InvariantCulture, $"  {_before} was restarted by its supervisor as {now} (pid {pid}), once, {(_healed - _fired).TotalSeconds:0} s from the alert to the verified end."));
        double taken = await Count("outcome=\"accepted\""), again = await Count("outcome=\"duplicate\"");
        teller.Say(string.Create(CultureInfo.InvariantCulture, $"  Deliveries: {taken:0} accepted, {again:0} from the other replica or again (nothing follows from those)."));
        teller.Title("The ledger's story (process-arsenal actions; audit verify)");
        await ShowAsync(stop, "actions", "--limit", "10");
        await RunAsync(["audit", "verify", "--state-directory", stage.State, "--config", "/dev/null"], 3, stop);
        teller.Title($"Why it leaked (process-arsenal trace report {_trace})");
        await ShowAsync(stop, "trace", "report", _trace);
        teller.Title("Have a look yourself");
        if (!stage.Settings.Keep)
        {
            teller.Say("  KEEP=1 make demo leaves all of it running until Ctrl-C: links, the recording as a file (for PerfView and Visual Studio), and the next recovery.");
            teller.Say("");
            return;
        }
        teller.Link("what was done", stage.CommandLine("actions"));
        teller.Link("the recording, as a file", stage.CommandLine($"trace get {_trace} leak.nettrace"));
        teller.Link("", "opens in PerfView and Visual Studio; its report is above");
        teller.Link("would it act again?", stage.CommandLine("explain memory_leak_recovery"));
        teller.Say("");
    }

    /// <summary>It leaks again, and is healed again: until it is told to end.</summary>
    public async Task GoOnAsync(CancellationToken stop)
    {
        teller.Title("It goes on (Ctrl-C ends it)");
        while (true)
        {
            await ShowMemoryAsync();
            await TellActionsAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(500), stop);
        }
    }

    private void Look()
    {
        teller.Title("Look at");
        string Graph(string query) => $"{stage.Address("prometheus")}graph?g0.range_input=5m&g0.tab=0&g0.expr={Uri.EscapeDataString(query)}";
        teller.Link("metrics of the exporter", stage.Address("metrics", "/metrics").ToString());
        teller.Link("memory, as it rises", Graph("process_memory_usage_bytes{group=\"shop-orders\"}"));
        teller.Link("what was done", Graph("process_controller_actions_total"));
        teller.Link("the alert", $"{stage.Address("prometheus")}alerts");
        teller.Link("the two Alertmanagers", $"{stage.Address("alertmanager1")}  {stage.Address("alertmanager2")}");
        teller.Link("configuration, logs", stage.Folder);
        teller.Link("the API", $"curl -H \"Authorization: Bearer $(cat {stage.State}/admin.token)\" {stage.Address("control", "/api/v1/actions")}");
        teller.Link("the command line", stage.CommandLine("actions"));
    }

    private async Task<bool> AreWellAsync() => (await _api.AskAsync("/api/v1/health")).GetProperty("groups").EnumerateArray().Any(static group => Api.Text(group, "group") == "shop-orders" && group.GetProperty("healthy").GetInt32() == 2);

    /// <summary>Waits, and shows how memory rises meanwhile.</summary>
    private Task UntilAsync(string what, Func<Task<bool>> ask, CancellationToken stop) => _api.UntilAsync(what, async () =>
    {
        await ShowMemoryAsync();
        return await ask();
    }, stop);

    private async Task ShowMemoryAsync()
    {
        if (teller.Elapsed - _shown < ShowEvery) return;
        if ((await _api.ChildrenAsync()).GetValueOrDefault(Sick) is not { Pid: > 0 } child || !(await _api.MemoryAsync()).TryGetValue(child.Pid, out double memory)) return;
        _shown = teller.Elapsed;
        teller.Show(Sick, memory / Settings.Limit, string.Create(CultureInfo.InvariantCulture, $"{memory:0} of {Settings.Limit} MiB, pid {child.Pid}"));
    }

    /// <summary>Tells what is new in the ledger.</summary>
    /// <returns>Whether the policy has come to an end.</returns>
    private async Task<bool> TellActionsAsync()
    {
        bool isOver = false;
        foreach (JsonElement action in await _api.ActionsAsync())
        {
            long id = action.GetProperty("id").GetInt64();
            string name = Api.Text(action, "action")!, outcome = Api.Text(action, "outcome") ?? "";
            isOver |= name == "verify";
            if (_told.GetValueOrDefault(id) is { } before && before == outcome) continue;
            _told[id] = outcome;
            Tell(action, id, name, outcome);
        }
        return isOver;
    }

    private void Tell(JsonElement action, long id, string name, string outcome)
    {
        string reason = Api.Text(action, "reason") is { } text ? $": {text}" : "";
        if (name == "trace") _trace = id.ToString(CultureInfo.InvariantCulture);
        string what = (name, outcome) switch
        {
            (_, "") => $"is under way (action {id}, on {Api.Text(action, "target")})",
            ("restart", "succeeded") when action.TryGetProperty("result", out JsonElement result) => $"is done: {Api.Text(result, "old")} is now {Api.Text(result, "new")}",
            _ => outcome + reason,
        };
        teller.Tell(name, what, isGood: outcome == "succeeded");
    }

    /// <summary>It is told as it was only if it was so.</summary>
    private async Task CheckAsync()
    {
        JsonElement[] actions = await _api.ActionsAsync();
        string[] done = [.. actions.Select(static action => $"{Api.Text(action, "action")} {Api.Text(action, "outcome")}")];
        if (done.Count(static one => one.StartsWith("restart", StringComparison.Ordinal)) != 1 || !done.Contains("restart succeeded")) throw new StoryException($"There is not exactly one restart: {string.Join(", ", done)}.");
        if (!done.Contains("trace succeeded")) throw new StoryException($"There is no trace: {string.Join(", ", done)}.");
        if (!done.Contains("verify succeeded")) throw new StoryException($"It was not verified: {string.Join(", ", done)}.");
        if ((await _api.ChildrenAsync())[Sick].Identity == _before) throw new StoryException($"{Sick} is the process that it was.");
    }

    private async Task<double> Count(string label) => await _api.MetricAsync($$"""process_controller_alerts_received_total{status="firing",{{label}}}""") ?? 0;

    private Task ShowAsync(CancellationToken stop, params string[] words) =>
        RunAsync([.. words, "--config", "/dev/null", "--server", stage.Address("control").ToString(), "--token-file", Path.Join(stage.State, "admin.token")], stage.Settings.Fast ? 12 : 24, stop);

    /// <summary>Runs the command line, and shows the beginning of what it says.</summary>
    private async Task RunAsync(string[] words, int lines, CancellationToken stop)
    {
        var start = new System.Diagnostics.ProcessStartInfo(stage.Settings.Program, words) { RedirectStandardOutput = true };
        using var command = System.Diagnostics.Process.Start(start)!;
        string[] said = (await command.StandardOutput.ReadToEndAsync(stop)).TrimEnd().Split('\n');
        await command.WaitForExitAsync(stop);
        foreach (string line in said.Take(lines)) teller.Say("  " + (line.Length > 200 ? line[..199] + "…" : line));
        if (said.Length > lines) teller.Say("  …");
        if (command.ExitCode != 0) throw new StoryException($"process-arsenal {words[0]} ended with {command.ExitCode}.");
    }
}
