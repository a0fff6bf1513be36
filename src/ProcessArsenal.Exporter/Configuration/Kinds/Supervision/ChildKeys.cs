using System.Collections.Immutable;
using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Supervision;

/// <summary>The keys of a supervised child, of its log and of its health checks.</summary>
internal static class ChildKeys
{
    private static readonly MappingKind<ChildLogSpec> Log = new(
        new ChildLogSpec(), "where its output goes, such as {path: /var/log/orders.log, max_size: 50MiB, keep: 3}",
        new MappingKey<ChildLogSpec, string>("path", new FileKind("/var/log/orders.log"), static l => l.Path, static (l, v) => l with { Path = v.Length == 0 ? null : v }, "The file. In the state directory if left out.", "/var/log/orders.log"),
        new MappingKey<ChildLogSpec, long>("max_size", new SizeKind(64L << 10, 1L << 40, "50MiB"), static l => l.MaxSize, static (l, v) => l with { MaxSize = v }, "Size after which it is rotated. 10MiB if left out.", "50MiB"),
        new MappingKey<ChildLogSpec, int>("keep", new IntegerKind(0, 100), static l => l.Keep, static (l, v) => l with { Keep = v }, "How many old ones are kept. 3 if left out.", "3"));

    private static readonly MappingKind<HealthSpec> Health = new(
        new HealthSpec(new Uri("http://localhost")), "how it is asked, such as {http: 'http://127.0.0.1:8080/healthz', interval: 10s, failures: 3}",
        new MappingKey<HealthSpec, Uri>("http", new HealthUrlKind(), static h => h.Http, static (h, v) => h with { Http = v }, "What is asked for by GET: any status from 200 to 399 is a yes.", "'http://127.0.0.1:8080/healthz'") { IsRequired = true },
        new MappingKey<HealthSpec, TimeSpan>(
            "interval", new DurationKind(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "10s"), static h => h.Interval, static (h, v) => h with { Interval = v }, "Time between two checks. 10s if left out.", "10s"),
        new MappingKey<HealthSpec, int>("failures", new IntegerKind(1, 100), static h => h.Failures, static (h, v) => h with { Failures = v }, "After so many failures in a row it is stopped, which counts as a failure of the child. 3 if left out.", "3"),
        new MappingKey<HealthSpec, TimeSpan>(
            "timeout", new DurationKind(TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5), "5s"), static h => h.Timeout, static (h, v) => h with { Timeout = v }, "How long an answer may take. 5s if left out.", "5s"),
        new MappingKey<HealthSpec, TimeSpan>(
            "start_period", new DurationKind(TimeSpan.Zero, TimeSpan.FromHours(1), "30s"), static h => h.StartPeriod, static (h, v) => h with { StartPeriod = v },
            "For so long after its start failures before the first success do not count. 30s if left out.", "30s"));

    public static readonly MappingKind<ChildSpec> Kind = new(
        new ChildSpec("", []), "a child such as {name: orders, command: [dotnet, Orders.dll]}",
        new MappingKey<ChildSpec, string>("name", new SpecNameKind(isSupervisor: false), static c => c.Name, static (c, v) => c with { Name = v }, "What it is called, within its supervisor.", "orders") { IsRequired = true },
        new MappingKey<ChildSpec, ImmutableArray<string>>(
            "command", new CommandKind(), static c => [.. c.Command], static (c, v) => c with { Command = v }, "The program and its arguments, which no shell reads; without a slash the program is looked for in PATH.", "[dotnet, Orders.dll]")
        { IsRequired = true },
        new MappingKey<ChildSpec, string>("working_directory", new PathKind("/srv/orders"), static c => c.WorkingDirectory, static (c, v) => c with { WorkingDirectory = v }, "Where it is started. Ours if left out.", "/srv/orders"),
        new MappingKey<ChildSpec, ImmutableSortedDictionary<string, string>>(
            "environment", new EnvironmentKind(), static c => c.Environment.Count == 0 ? null : c.Environment.ToImmutableSortedDictionary(StringComparer.Ordinal), static (c, v) => c with { Environment = v },
            "Variables beside those that it has of ours (PATH, HOME, LANG and the like).", "{ASPNETCORE_URLS: 'http://127.0.0.1:8080'}"),
        new MappingKey<ChildSpec, string>("user", new UserKind(), static c => c.User, static (c, v) => c with { User = v }, "Whom it runs as, by name or number: another than ours takes root. Ours if left out.", "app"),
        new MappingKey<ChildSpec, RestartType>(
            "restart", new ChoiceKind<RestartType>(("permanent", RestartType.Permanent), ("transient", RestartType.Transient), ("temporary", RestartType.Temporary)), static c => c.Restart, static (c, v) => c with { Restart = v },
            "When it is started again after it has ended: always, after anything but exit code 0, or never. permanent if left out.", "transient"),
        new MappingKey<ChildSpec, int>("stop_signal", new SignalKind(), static c => c.StopSignal, static (c, v) => c with { StopSignal = v }, "The signal that asks it to end. SIGTERM if left out.", "SIGTERM"),
        new MappingKey<ChildSpec, TimeSpan>(
            "stop_timeout", new DurationKind(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "10s"), static c => c.StopTimeout, static (c, v) => c with { StopTimeout = v }, "How long it has to end before it is killed. 10s if left out.", "10s"),
        new MappingKey<ChildSpec, ChildLogSpec>("log", Log, static c => c.Log, static (c, v) => c with { Log = v }, "Where its output goes.", "{path: /var/log/orders.log, max_size: 50MiB, keep: 3}"),
        new MappingKey<ChildSpec, HealthSpec>("health", Health, static c => c.Health, static (c, v) => c with { Health = v }, "How it is asked whether it is well. Not at all if left out.", "{http: 'http://127.0.0.1:8080/healthz', interval: 10s, failures: 3}"));
}
