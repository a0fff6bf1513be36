using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>Supervised children by configuration, API and command line, by the published program.</summary>
public sealed class SupervisionTests
{
    private const string Shop = """
        supervisors:
          - name: shop
            max_restarts: 2
            max_seconds: 600
            children:
              - { name: orders, command: [/bin/sh, -c, 'while read line; do test "$line" = crash && exit 3; echo "<$line>"; done'], stop_timeout: 5s, environment: { API_KEY: hunter2 } }
              - { name: mail, command: [sleep, 1000], restart: transient }

        """;

    [Fact]
    public async Task Children_are_started_stopped_restarted_and_spoken_to_and_all_of_it_is_recorded()
    {
        await using Supervised shop = await Supervised.Start(Shop);
        string first = await shop.Runs("orders"), mail = await shop.Runs("mail");
        JsonElement supervisor = await shop.Supervisor();
        Assert.Equal(("one_for_one", 2, 600, false), (Supervised.Text(supervisor, "strategy"), supervisor.GetProperty("max_restarts").GetInt32(), supervisor.GetProperty("max_seconds").GetInt32(), supervisor.GetProperty("latched").GetBoolean()));

        JsonElement said = await shop.Do("orders", "message", """{"line":"hello"}""");
        Assert.Equal(("succeeded", "shop/orders", first), (Supervised.Text(said, "outcome"), Supervised.Text(said, "child"), Supervised.Text(said, "identity")));
        await Eventually.True("it was read", async () => await shop.Output("orders") == "<hello>\n");

        JsonElement restarted = await shop.Do("orders", "restart", """{"reason":"a test"}""", key: "one"), again = await shop.Do("orders", "restart", """{"reason":"a test"}""", key: "one");
        string second = await shop.Runs("orders", first);
        Assert.Equal(("succeeded", first, second), (Supervised.Text(restarted, "outcome"), Supervised.Text(restarted, "old"), Supervised.Text(restarted, "new")));
        Assert.True(again.GetProperty("repeated").GetBoolean());
        Assert.Equal(second, Supervised.Text(again, "new"));

        JsonElement byProcess = await shop.Post($"/api/v1/processes/{second}/restart");
        Assert.Equal(("succeeded", "supervised child shop/orders", second), (Supervised.Text(byProcess, "outcome"), Supervised.Text(byProcess, "owner"), Supervised.Text(byProcess, "old")));
        second = await shop.Runs("orders", second);
        Assert.Equal(second, Supervised.Text(byProcess, "new"));

        JsonElement stopped = await shop.Do("orders", "stop");
        Assert.Equal(("succeeded", 15, true), (Supervised.Text(stopped, "outcome"), stopped.GetProperty("signal").GetInt32(), stopped.GetProperty("ended").GetBoolean()));
        Assert.False(Supervised.Lives(second));
        Assert.Equal("stopped", Supervised.Text(await shop.Child("orders"), "state"));
        JsonElement started = await shop.Do("orders", "start");
        Assert.Equal(await shop.Runs("orders", second), Supervised.Text(started, "new"));
        Assert.True(Supervised.Lives(mail));

        JsonElement.ArrayEnumerator actions = (await shop.Client.Get("/api/v1/actions?target=shop%2Forders")).GetProperty("actions").EnumerateArray();
        Assert.Equal(["start succeeded", "stop succeeded", "restart succeeded", "message succeeded"], actions.Select(static one => $"{Supervised.Text(one, "action")} {Supervised.Text(one, "outcome")}"));
        MetricsPage page = await shop.Exporter.Page();
        Assert.Equal((2, 2, 0), (page.Value("process_controller_managed_processes"), page.Value("process_supervisor_children", "supervisor=shop", "state=running"), page.Value("process_supervisor_latched", "supervisor=shop")));
        Assert.Equal((1, 2, 0), (page.Value("process_controller_processes_started_total"), page.Value("process_controller_processes_restarted_total"), page.Value("process_supervisor_restarts_total", "supervisor=shop", "child=orders")));
        Assert.DoesNotContain("hunter2", shop.Exporter.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_ends_otherwise_is_started_again_until_that_is_too_often()
    {
        await using Supervised shop = await Supervised.Start(Shop);
        string first = await shop.Runs("orders");
        // By the ordinary way for processes: its supervisor takes that for a failure.
        JsonElement killed = await shop.Post($"/api/v1/processes/{first}/kill");
        Assert.Equal("succeeded", Supervised.Text(killed, "outcome"));
        string second = await shop.Runs("orders", first);
        await shop.Exporter.PageWhere("it was counted", static page => page.Value("process_supervisor_restarts_total", "supervisor=shop", "child=orders") == 1);
        await shop.Do("orders", "message", """{"line":"crash"}""");
        string third = await shop.Runs("orders", second);
        Supervised.Signal(third, Signals.Kill);
        await shop.Exporter.PageWhere("it is latched", static page => page.Value("process_supervisor_latched", "supervisor=shop") == 1 && page.Value("process_supervisor_children", "supervisor=shop", "state=failed") == 1);
        JsonElement supervisor = await shop.Supervisor();
        Assert.True(supervisor.GetProperty("latched").GetBoolean());
        Assert.Contains("3 failures within 600 s (max_restarts is 2)", Supervised.Text(supervisor, "latched_why"), StringComparison.Ordinal);
        await Eventually.True("the log says so", () => shop.Exporter.Log.Contains("Supervisor shop is latched", StringComparison.Ordinal));
        Assert.Equal("running", Supervised.Text(await shop.Child("mail"), "state")); // It takes nobody else down.

        Command listed = await shop.Run("supervisors");
        Assert.Contains("LATCHED since", listed.Output, StringComparison.Ordinal);
        JsonElement reset = await shop.Do("orders", "start", """{"reset":true}""");
        Assert.Equal("succeeded", Supervised.Text(reset, "outcome"));
        await shop.Exporter.PageWhere("it is latched no more", static page => page.Value("process_supervisor_latched", "supervisor=shop") == 0 && page.Value("process_controller_managed_processes") == 2);
    }

    [Fact]
    public async Task Guards_roles_and_wrong_requests_refuse_with_their_reasons()
    {
        await using Supervised shop = await Supervised.Start(Shop);
        string first = await shop.Runs("orders");
        const string Orders = "/api/v1/supervisors/shop/children/orders/";
        string operate = await shop.Client.MakeToken("operator", "operate"), diagnose = await shop.Client.MakeToken("looker", "diagnose");
        foreach (string action in (string[])["start", "stop", "restart"]) Assert.Equal(403, (await shop.Ask(Orders + action, token: diagnose)).Status);
        Assert.Equal(403, (await shop.Ask(Orders + "message", """{"line":"x"}""", token: diagnose)).Status);
        Assert.Equal(403, (await shop.Ask(Orders + "stop", """{"force":true}""", token: operate)).Status);
        await shop.Post("/api/v1/pause", """{"reason":"moving"}""");
        foreach (string action in (string[])["start", "stop", "restart"])
        {
            Answer paused = await shop.Ask(Orders + action, token: operate);
            Assert.Equal((409, "pause"), (paused.Status, JsonDocument.Parse(paused.Body).RootElement.GetProperty("guard").GetString()));
            Assert.StartsWith($"{action} of shop/orders is refused: all actions are paused", paused.Detail, StringComparison.Ordinal);
        }
        Assert.Equal(200, (await shop.Client.Ask(HttpMethod.Delete, "/api/v1/pause", shop.Client.Admin)).Status);
        Answer young = await shop.Ask(Orders + "restart", """{"min_uptime":"1h"}""");
        Assert.Equal((409, "min_uptime"), (young.Status, JsonDocument.Parse(young.Body).RootElement.GetProperty("guard").GetString()));
        Answer dry = await shop.Ask(Orders + "restart", """{"dry_run":true}""");
        Assert.Contains("not_done", dry.Body, StringComparison.Ordinal);

        foreach ((string path, string body, int status) in ((string, string, int)[])
            [
                ("/api/v1/supervisors/none/children/orders/stop", "", 404), ("/api/v1/supervisors/shop/children/order/stop", "", 404), ("/api/v1/supervisors/shop/children/..%2Fetc/stop", "", 400),
                (Orders + "explode", "", 404), (Orders + "message", "", 400), (Orders + "message", """{"line":"a\nb"}""", 400), (Orders + "message", $$"""{"line":"{{new string('x', 4096)}}"}""", 400),
                (Orders + "stop", """{"reset":true}""", 400), ("/api/v1/batch", """{"action":"stop","children":["shop/orders"],"targets":[1]}""", 400), ("/api/v1/batch", """{"action":"stop","children":[]}""", 400),
                ("/api/v1/batch", """{"action":"kill","children":["shop/orders"]}""", 400), ("/api/v1/batch", """{"action":"start","targets":[1]}""", 400), ("/api/v1/batch", """{"action":"signal","signal":"HUP","children":["shop/orders"]}""", 400), ("/api/v1/batch", """{"action":"stop","children":["shop/none"]}""", 404),
                ("/api/v1/batch", """{"action":"stop","children":["shop"]}""", 400), ("/api/v1/batch", """{"action":"stop","children":["shop/orders"],"timeout":"1s"}""", 400),
            ])
        {
            Answer refused = await shop.Ask(path, body);
            Assert.True(refused.Status == status, $"{path} {body}: {refused.Status} {refused.Body}");
        }
        Assert.Contains("did you mean shop/orders?", (await shop.Ask("/api/v1/supervisors/shop/children/order/stop")).Detail, StringComparison.Ordinal);
        Assert.Equal(first, Supervised.Text(await shop.Child("orders"), "identity"));

        JsonElement preview = await shop.Post("/api/v1/batch", """{"action":"stop","children":["shop/orders","shop/mail"]}""");
        Assert.Equal((true, 2), (preview.GetProperty("preview").GetBoolean(), preview.GetProperty("successful").GetArrayLength()));
        JsonElement done = await shop.Post("/api/v1/batch", """{"action":"stop","children":["shop/orders","shop/mail"],"confirm":true}""");
        Assert.Equal(2, done.GetProperty("successful").GetArrayLength());
        Assert.Equal(0, (await shop.Exporter.Page()).Value("process_controller_managed_processes"));
    }

    /// <summary>Killed, and stopped in order: whichever way it ends, its children do not notice.</summary>
    [Fact]
    public async Task Children_outlive_the_exporter_and_are_taken_up_by_the_next()
    {
        await using Supervised shop = await Supervised.Start("""
            supervisors:
              - name: shop
                children:
                  - { name: counter, command: [/bin/sh, -c, 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done'], stop_timeout: 5s }
                  - { name: reader, command: [/bin/sh, -c, 'while read line; do echo "<$line>"; done'] }
                  - { name: off, command: [sleep, 1000] }

            """);
        string counter = await shop.Runs("counter"), reader = await shop.Runs("reader");
        await shop.Runs("off");
        await shop.Do("off", "stop");
        string log = Supervised.Text(await shop.Child("counter"), "log")!;
        await Eventually.True("it counts", () => Count(log) > 5);
        await shop.Exporter.Kill();
        int left = Count(log);
        await Eventually.True("it goes on by itself", () => Count(log) > left + 5);
        await shop.Again();
        await Same();
        int taken = Count(log);
        await shop.Exporter.Stop();
        await Eventually.True("it goes on by itself", () => Count(log) > taken + 5);
        await shop.Again();
        await Same();

        await shop.Do("reader", "message", """{"line":"still there"}""");
        await Eventually.True("it was read", async () => await shop.Output("reader") == "<still there>\n");
        await shop.Do("counter", "stop");
        int[] counted = [.. File.ReadAllLines(log).Select(static line => int.Parse(line, CultureInfo.InvariantCulture))];
        Assert.Equal(Enumerable.Range(1, counted.Length), counted);
        Supervised.Signal(reader, Signals.Kill); // Its supervisor notices, though it is not its parent.
        await shop.Runs("reader", reader);

        async Task Same()
        {
            Assert.Equal(counter, await shop.Runs("counter"));
            Assert.Equal(reader, await shop.Runs("reader"));
            JsonElement child = await shop.Child("counter");
            Assert.True(child.GetProperty("adopted").GetBoolean());
            Assert.Equal(0, child.GetProperty("restarts").GetInt32());
            Assert.Equal("stopped", Supervised.Text(await shop.Child("off"), "state")); // As an operator has left it.
        }
    }

    [Fact]
    public async Task The_command_line_does_the_same()
    {
        await using Supervised shop = await Supervised.Start(Shop);
        string first = await shop.Runs("orders");
        await shop.Runs("mail");
        Command listed = await shop.Run("supervisors");
        Assert.Matches(@"(?m)^shop: one_for_one, 0 of 2 failures within 600 s$", listed.Output);
        Assert.Matches($@"(?m)^ *{first.Split('-')[0]} +0 +shop/orders +running ", listed.Output);
        JsonElement json = JsonDocument.Parse((await shop.Run("supervisors", "--output", "json")).Output).RootElement;
        Assert.Equal(first, json[0].GetProperty("children")[0].GetProperty("identity").GetString());
        Command said = await shop.Run("message", "shop/orders", "hello");
        Assert.True(said.ExitCode == 0, said.Error);
        await Eventually.True("it was read", async () => await shop.Output("orders") == "<hello>\n");
        Command stopped = await shop.Run("stop", "shop/orders", "shop/mail", "--reason", "a test");
        Assert.True(stopped.ExitCode == 0, stopped.Error);
        Assert.Contains("it stays so until it is started", stopped.Output, StringComparison.Ordinal);
        Assert.Equal("stopped", Supervised.Text(await shop.Child("orders"), "state"));
        Command unheard = await shop.Run("message", "shop/orders", "hello");
        Assert.Equal(1, unheard.ExitCode);
        Assert.Contains("it does not run", unheard.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await shop.Run("start", "shop/orders", "--dry-run")).ExitCode);
        Assert.Equal("stopped", Supervised.Text(await shop.Child("orders"), "state"));
        Command started = await shop.Run("start", "shop/orders", "shop/mail");
        Assert.True(started.ExitCode == 0, started.Output + started.Error);
        await shop.Runs("mail");
        Assert.Equal(1, (await shop.Run("start", "shop/orders")).ExitCode); // It runs already.
        Command restarted = await shop.Run("restart", "shop/orders");
        Assert.True(restarted.ExitCode == 0, restarted.Output + restarted.Error);
        Assert.Contains("it was stopped and started again, as ", restarted.Output, StringComparison.Ordinal);
        Command unknown = await shop.Run("start", "shop/order");
        Assert.Contains("did you mean shop/orders?", unknown.Error, StringComparison.Ordinal);
        Command actions = await shop.Run("actions");
        Assert.Contains("shop/orders", actions.Output, StringComparison.Ordinal);
        Assert.Contains("admin (cli)", actions.Output, StringComparison.Ordinal);
    }

    /// <summary>Beside another that has the same state directory, and with a file in the way: seeing goes on, and who asks is told why.</summary>
    [Fact]
    public async Task What_can_not_supervise_says_so_and_goes_on()
    {
        using Scratch scratch = new();
        scratch.MakeFolderForAll("state");
        File.WriteAllText(scratch.PathOf("state/supervisors"), "in the way");
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "sampling: { interval: 500ms }\ndotnet: { attach: none }\n" + Shop);
        using var client = new ControlClient(exporter);
        Assert.NotEqual("", (await client.Get("/api/v1/supervisors")).GetProperty("trouble").GetString());
        Answer refused = await client.Ask(HttpMethod.Post, "/api/v1/supervisors/shop/children/orders/start", client.Admin);
        Assert.Equal(503, refused.Status);
        Assert.Contains("Nothing is supervised", exporter.Log, StringComparison.Ordinal);
        Assert.Equal(0, (await exporter.Page()).Value("process_supervisor_up"));
    }

    /// <summary>As at an update, where the new one starts while the old one still ends.</summary>
    [Fact]
    public async Task Who_comes_while_another_still_supervises_and_records_takes_over_when_that_is_gone()
    {
        await using Supervised shop = await Supervised.Start(Shop);
        string first = await shop.Runs("orders");
        await using ExporterProcess next = await shop.Beside();
        await next.PageWhere("it does not supervise", static page => page.Value("process_supervisor_up") == 0);
        using var client = new ControlClient(next);
        Answer refused = await client.Ask(HttpMethod.Post, "/api/v1/processes/1/kill", client.Admin);
        Assert.True(refused.Status == 503 && refused.Body.Contains("another exporter has", StringComparison.Ordinal), refused.Body);
        Assert.Equal(0, (await next.Page()).Value("process_controller_ledger_available"));
        await shop.Exporter.Kill();
        await next.PageWhere("it does now", static page => page.Value("process_supervisor_up") == 1 && page.Value("process_supervisor_children", "supervisor=shop", "state=running") == 2);
        Assert.True(Supervised.Lives(first));
        await next.PageWhere("it records", static page => page.Where("process_controller_audit_head").Any() && page.Value("process_controller_ledger_available") == 1);
        Answer stopped = await client.Ask(HttpMethod.Post, "/api/v1/supervisors/shop/children/orders/stop", client.Admin);
        Assert.True(stopped.Status == 200, stopped.Body);
        Assert.False(Supervised.Lives(first));
    }

    [Fact]
    public async Task Without_supervisors_there_are_none_of_their_families_and_nobody_is_found()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "sampling: { interval: 500ms }\ndotnet: { attach: none }\n");
        using var client = new ControlClient(exporter);
        Assert.DoesNotContain("process_supervisor_", await exporter.Text(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Join(exporter.State, "supervisors")));
        Assert.Equal(404, (await client.Ask(HttpMethod.Post, "/api/v1/supervisors/shop/children/orders/start", client.Admin)).Status);
    }

    [Fact]
    public async Task A_change_of_supervisors_takes_a_restart_and_the_log_says_so()
    {
        await using Supervised shop = await Supervised.Start(Shop);
        string first = await shop.Runs("orders");
        File.WriteAllText(shop.Exporter.ConfigurationFile, File.ReadAllText(shop.Exporter.ConfigurationFile).Replace("hunter2", "hunter3", StringComparison.Ordinal));
        shop.Exporter.Send(Signals.HangUp);
        await Eventually.True("the log says so", () => shop.Exporter.Log.Contains("but for supervisors: that takes a restart", StringComparison.Ordinal), () => shop.Exporter.Log);
        Assert.Equal(first, await shop.Runs("orders"));
    }

    /// <summary>As the unit runs it: what we need to see and to act is not handed on.</summary>
    [Fact]
    public async Task Children_get_none_of_our_capabilities()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "To have capabilities takes root.");
        await using Supervised shop = await Supervised.Start(Shop, Users.AsService);
        string child = await shop.Runs("orders");
        string status = await File.ReadAllTextAsync($"/proc/{child.Split('-')[0]}/status", TestContext.Current.CancellationToken);
        Assert.Matches(@"(?m)^CapPrm:\t0+$", status);
        Assert.Matches(@"(?m)^CapEff:\t0+$", status);
        Assert.Matches(@"(?m)^CapAmb:\t0+$", status);
        string own = await File.ReadAllTextAsync($"/proc/{shop.Exporter.Pid}/status", TestContext.Current.CancellationToken);
        Assert.DoesNotMatch(@"(?m)^CapEff:\t0+$", own);
    }

    private static int Count(string log) => File.ReadAllLines(log).Length;
}
