using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Tests.Configuration;

/// <summary>Our own supervisors, as the configuration says them.</summary>
public sealed class SupervisorsTests
{
    /// <summary>Every key, none of them as it is anyway, and nothing that would be hidden when it is shown.</summary>
    internal const string All = """
        supervisors:
          - name: shop
            strategy: rest_for_one
            max_restarts: 0
            max_seconds: 90
            children:
              - { name: orders, command: [dotnet, Orders.dll, "it's", ''], working_directory: /srv/orders, environment: {LANG: C, PORT: 8080, HOME: ''}, user: app, restart: transient,
                  stop_signal: SIGINT, stop_timeout: 30s, log: {path: /var/log/orders.log, max_size: 50MiB, keep: 7},
                  health: {http: "http://127.0.0.1:8080/healthz?full=1", interval: 5s, failures: 2, timeout: 1s, start_period: 0s} }
              - { name: mail.1, command: [/usr/bin/mail], restart: temporary, stop_signal: 40, user: 1000 }
          - { name: other, strategy: one_for_all, children: [ { name: orders, command: [sleep, 10] } ] }
        """;

    [Fact]
    public void All_keys_are_read()
    {
        ConfigurationResult result = LoadText.Yaml(All);
        Assert.Empty(result.Errors);
        SupervisorSpec[] specs = [.. result.Configuration!.Supervisors];
        Assert.Equal(["shop", "other"], specs.Select(static spec => spec.Name));
        Assert.Equal((RestartStrategy.RestForOne, 0, 90), (specs[0].Strategy, specs[0].MaxRestarts, specs[0].MaxSeconds));
        Assert.Equal((RestartStrategy.OneForAll, 3, 60), (specs[1].Strategy, specs[1].MaxRestarts, specs[1].MaxSeconds));
        ChildSpec orders = specs[0].Children[0];
        Assert.Equal(["dotnet", "Orders.dll", "it's", ""], orders.Command);
        Assert.Equal([("HOME", ""), ("LANG", "C"), ("PORT", "8080")], orders.Environment.Select(static pair => (pair.Key, pair.Value)));
        Assert.Equal(("/srv/orders", "app", RestartType.Transient, 2, TimeSpan.FromSeconds(30)), (orders.WorkingDirectory, orders.User, orders.Restart, orders.StopSignal, orders.StopTimeout));
        Assert.Equal(new ChildLogSpec("/var/log/orders.log", 50 << 20, 7), orders.Log);
        Assert.Equal(new HealthSpec(new Uri("http://127.0.0.1:8080/healthz?full=1")) { Interval = TimeSpan.FromSeconds(5), Failures = 2, Timeout = TimeSpan.FromSeconds(1), StartPeriod = TimeSpan.Zero }, orders.Health);
        Assert.Equal((RestartType.Temporary, 40, "1000"), (specs[0].Children[1].Restart, specs[0].Children[1].StopSignal, specs[0].Children[1].User));
        Assert.Null(specs[0].Children[1].Health);
        ChildSpec plain = specs[1].Children[0];
        Assert.Equal(["sleep", "10"], plain.Command);
        Assert.Equal((RestartType.Permanent, 15, new ChildLogSpec()), (plain.Restart, plain.StopSignal, plain.Log));
        Assert.Empty(SpecCheck.Errors(specs));
    }

    [Fact]
    public void What_may_be_a_secret_is_not_shown()
    {
        ConfigurationResult result = LoadText.Yaml("""
            supervisors:
              - name: shop
                children:
                  - { name: orders, command: [orders, --password=hunter2, --token, abc, --port, 80], environment: { DB: 'Server=db;Password=hunter2', API_KEY: abc, LANG: C } }
            """);
        string shown = ConfigurationText.Write(result.Configuration!, result.Origins);
        Assert.DoesNotContain("hunter2", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", shown, StringComparison.Ordinal);
        Assert.Contains("command: [orders, '--password=***', '--token', '***', '--port', '80'], environment: {API_KEY: '***', DB: '***', LANG: C}", shown, StringComparison.Ordinal);
        Assert.Equal("hunter2", result.Configuration!.Supervisors[0].Children[0].Command[1].Split('=')[1]); // But it is there.
    }

    [Fact]
    public void A_variable_can_hold_them_too()
    {
        ConfigurationResult result = LoadText.Environment(("ARSENAL_SUPERVISORS", "[{name: shop, children: [{name: orders, command: [sleep, 1]}]}]"));
        Assert.Equal("orders", Assert.Single(Assert.Single(result.Configuration!.Supervisors).Children).Name);
        Assert.Contains("'supervisors[0].name' must be a name", Assert.Single(LoadText.Environment(("ARSENAL_SUPERVISORS", "[{name: '', children: [{name: orders, command: [sleep]}]}]")).Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_there_may_be_is_refused()
    {
        string many = string.Join(", ", Enumerable.Range(0, 33).Select(static i => $"{{name: s{i}, children: [{{name: c, command: [x]}}]}}"));
        Assert.Equal(["config.yml:1:14: 'supervisors' must have 0 to 32 entries, not 33."], LoadText.Errors($"supervisors: [{many}]\n"));
        string children = string.Join(", ", Enumerable.Range(0, 65).Select(static i => $"{{name: c{i}, command: [x]}}"));
        Assert.EndsWith("'supervisors[0].children' must have 1 to 64 entries, not 65.", Assert.Single(LoadText.Errors($"supervisors: [{{name: s, children: [{children}]}}]\n")), StringComparison.Ordinal);
    }

    /// <summary>Systemd ends with us whatever is in our control group, unless it is told not to.</summary>
    [Fact]
    public void The_unit_lets_children_live_on() =>
        Assert.Contains("\nKillMode=process\n", File.ReadAllText(Path.Join(ProcessArsenal.Tests.Golden.Root(), "deploy/process-arsenal.service")), StringComparison.Ordinal);
}
