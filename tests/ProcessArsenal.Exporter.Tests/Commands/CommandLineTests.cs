using ProcessArsenal.Exporter.Commands;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.Commands;

public sealed class CommandLineTests
{
    private readonly Dictionary<string, string> _environment = [];
    private ExporterConfiguration? _served;

    private async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var context = new CommandContext
        {
            Environment = _environment,
            IsRoot = true,
            WorkingDirectory = "/srv/here",
            DefaultFile = "/nonexistent/config.yml",
            Serve = (loaded, _, _) =>
            {
                _served = loaded.Configuration;
                return Task.FromResult(0);
            },
        };
        int code = await CommandLine.RunAsync(arguments, context, output, error);
        return (code, output.ToString(), error.ToString());
    }

    [Theory]
    [InlineData("help.txt")]
    [InlineData("help-serve.txt", "serve")]
    [InlineData("help-ps.txt", "ps")]
    [InlineData("help-top.txt", "top")]
    [InlineData("help-find.txt", "find")]
    [InlineData("help-inspect.txt", "inspect")]
    [InlineData("help-tree.txt", "tree")]
    [InlineData("help-lifecycle.txt", "lifecycle")]
    [InlineData("help-supervisors.txt", "supervisors")]
    [InlineData("help-flows.txt", "flows")]
    [InlineData("help-report.txt", "report")]
    [InlineData("help-trace.txt", "trace")]
    [InlineData("help-trace-list.txt", "trace", "list")]
    [InlineData("help-trace-report.txt", "trace", "report")]
    [InlineData("help-trace-events.txt", "trace", "events")]
    [InlineData("help-trace-get.txt", "trace", "get")]
    [InlineData("help-trace-stop.txt", "trace", "stop")]
    [InlineData("help-profile.txt", "profile")]
    [InlineData("help-start.txt", "start")]
    [InlineData("help-stop.txt", "stop")]
    [InlineData("help-message.txt", "message")]
    [InlineData("help-kill.txt", "kill")]
    [InlineData("help-restart.txt", "restart")]
    [InlineData("help-signal.txt", "signal")]
    [InlineData("help-actions.txt", "actions")]
    [InlineData("help-pause.txt", "pause")]
    [InlineData("help-policies.txt", "policies")]
    [InlineData("help-explain.txt", "explain")]
    [InlineData("help-approve.txt", "approve")]
    [InlineData("help-audit.txt", "audit")]
    [InlineData("help-analyze.txt", "analyze")]
    [InlineData("help-token.txt", "token")]
    [InlineData("help-token-create.txt", "token", "create")]
    [InlineData("help-token-list.txt", "token", "list")]
    [InlineData("help-token-revoke.txt", "token", "revoke")]
    [InlineData("help-config.txt", "config")]
    [InlineData("help-config-check.txt", "config", "check")]
    [InlineData("help-config-show.txt", "config", "show")]
    [InlineData("help-config-schema.txt", "config", "schema")]
    [InlineData("help-health.txt", "health")]
    [InlineData("help-lint.txt", "lint")]
    [InlineData("help-lint-rules.txt", "lint", "rules")]
    public async Task Help_is_golden(string golden, params string[] command)
    {
        (int code, string output, string error) = await Run([.. command, "--help"]);
        Assert.Equal(0, code);
        Assert.Equal("", error);
        // The root command calls itself by the program's file, which is another one here.
        Golden.Check("tests/golden/" + golden, output.Replace(System.CommandLine.RootCommand.ExecutableName, "process-arsenal", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--interval", "7s")]
    [InlineData("serve", "--interval", "7s")]
    [InlineData("--interval", "7s", "serve")]
    public async Task Serves_by_default_and_flags_count_anywhere(params string[] arguments)
    {
        Assert.Equal(0, (await Run(arguments)).Code);
        Assert.Equal(TimeSpan.FromSeconds(7), _served!.Sampling.Interval);
    }

    [Fact]
    public async Task Paths_in_flags_are_relative_to_the_working_directory()
    {
        await Run("--state-directory", "state", "--procfs", "../host/proc");
        Assert.Equal("/srv/here/state", _served!.StateDirectory);
        Assert.Equal("/srv/host/proc", _served.Procfs);
    }

    [Theory]
    [InlineData("/nonexistent/dotnet.sock", "warning: 'dotnet.port': there is no directory /nonexistent, so no program can call /nonexistent/dotnet.sock until somebody makes it.\n")]
    [InlineData("/tmp/dotnet.sock", "")]
    [InlineData("none", "")]
    public async Task Check_warns_of_what_is_right_and_will_not_work_here(string port, string warning)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"dotnet: {{ port: {port} }}\n", TestContext.Current.CancellationToken);
        Assert.Equal((0, $"ok {file}\n", warning), await Run("config", "check", "--config", file));
        File.Delete(file);
    }

    [Theory]
    [InlineData("dotnet: { spans: { sampler: all } }", "'dotnet.spans.sampler' is all, but nobody is asked for spans, as there is nobody whom they are sent to: set otlp.endpoint.")]
    [InlineData("dotnet: { spans: { sampler: auto } }", null)]
    [InlineData("supervisors: [{name: s, children: [{name: c, command: [/no/such]}]}]", "'supervisors': s/c can't be started as things are: there is no program /no/such.")]
    [InlineData("supervisors: [{name: s, children: [{name: c, command: [/bin/sh], working_directory: /no/such}]}]", "'supervisors': s/c can't be started as things are: there is no directory /no/such.")]
    [InlineData("supervisors: [{name: s, children: [{name: c, command: [/etc/passwd]}]}]", "'supervisors': s/c can't be started as things are: /etc/passwd may not be executed (chmod +x).")]
    [InlineData("supervisors: [{name: s, children: [{name: c, command: [/etc]}]}]", "'supervisors': s/c can't be started as things are: /etc is a directory.")]
    [InlineData("supervisors: [{name: s, children: [{name: c, command: [sleep], user: nobody-of-that-name}]}]", "'supervisors': s/c can't be started as things are: there is no user 'nobody-of-that-name' in /etc/passwd.")]
    [InlineData("supervisors: [{name: s, children: [{name: c, command: [sleep], log: { path: /no/such/c.log }}]}]", "'supervisors': s/c can't be started as things are: the directory of its log /no/such/c.log is not there.")]
    [InlineData("supervisors: [{name: s, children: [{name: c, command: [sleep], working_directory: /}]}]", null)]
    [InlineData("dotnet: { spans: { enabled: false, sampler: all } }", null)]
    [InlineData("dotnet: { spans: { sampler: all } }\notlp: { endpoint: 'http://c:4317' }", null)]
    [InlineData("otlp: { endpoint: 'http://c:4317/x' }", "'otlp.endpoint': gRPC has paths of its own and makes no use of /x: remove it, or set otlp.protocol: http/protobuf.")]
    [InlineData("otlp: { endpoint: 'http://c:4317/x', protocol: http/protobuf }", null)]
    [InlineData("otlp: { endpoint: 'http://c:4317', headers_file: /no/h }", "'otlp.headers_file': there is no file /no/h: until somebody makes it, nothing is sent.")]
    [InlineData("otlp: { endpoint: 'http://c:4317', ca_file: /no/ca }", "'otlp.ca_file': there is no file /no/ca: until somebody makes it, no receiver is trusted and nothing is sent.")]
    [InlineData("otlp: { endpoint: 'http://c:4317', ca_file: /etc/passwd }", "'otlp.ca_file': there is no certificate (PEM) in /etc/passwd: no receiver is trusted and nothing is sent.")]
    [InlineData("otlp: { endpoint: 'http://c:4317', client_certificate_file: /no/c }", "'otlp.client_certificate_file': there is no file /no/c: until somebody makes it, nothing is sent.")]
    [InlineData("otlp: { endpoint: 'http://c:4317', client_certificate_file: /etc/passwd, client_key_file: /no/k }", "'otlp.client_key_file': there is no file /no/k: until somebody makes it, nothing is sent.")]
    [InlineData("otlp: { endpoint: 'http://c:4317', client_certificate_file: /etc/passwd }", "'otlp.client_certificate_file': /etc/passwd and /etc/passwd hold no certificate with its key (PEM): nothing is sent.")]
    public async Task Check_warns_of_what_keeps_requests_from_arriving(string yaml, string? warning)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, yaml, TestContext.Current.CancellationToken);
        Assert.Equal((0, $"ok {file}\n", warning is null ? "" : $"warning: {warning}\n"), await Run("config", "check", "--config", file));
        File.Delete(file);
    }

    [Theory]
    [InlineData("'shop' is no SUPERVISOR/CHILD such as shop/orders. To see which there are: process-arsenal supervisors", "start", "shop")]
    [InlineData("'4711' is no SUPERVISOR/CHILD such as shop/orders. To see which there are: process-arsenal supervisors", "message", "4711", "x")]
    [InlineData("a message is one line: no line breaks, no NUL.", "message", "shop/orders", "a\nb")]
    [InlineData("'4711' is no SUPERVISOR/CHILD such as shop/orders; name either children or processes.", "stop", "shop/orders", "4711")]
    [InlineData("'../etc' is no SUPERVISOR/CHILD such as shop/orders; name either children or processes.", "stop", "../etc")]
    [InlineData("kill is for processes, and 'shop/orders' would be a supervised child: name its pid (process-arsenal supervisors).", "kill", "shop/orders")]
    public async Task What_is_no_child_is_wrong_usage(string told, params string[] arguments) => Assert.Equal((2, "", $"process-arsenal: {told}\n"), await Run(arguments));

    /// <summary>They may be meant for another program.</summary>
    [Fact]
    public async Task A_variable_of_OpenTelemetry_that_is_of_no_use_is_said_and_stops_nothing()
    {
        const string Error = "OTEL_EXPORTER_OTLP_PROTOCOL: 'otlp.protocol' must be one of auto, grpc, http/protobuf, not 'http/json'.";
        _environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/json";
        Assert.Equal((0, "", $"warning: {Error} It is ignored.\nwarning: Nothing is sent by OTLP.\n"), await Run("serve"));
        Assert.NotNull(_served);
        Assert.Equal((0, "ok (no configuration file)\n", $"warning: {Error} It is ignored.\nwarning: Nothing is sent by OTLP.\n"), await Run("config", "check"));
        Assert.Equal((0, ""), await Run("config", "show") is var (code, _, error) ? (code, error) : default);
        _environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "http://c:4318/v1/traces";
        Assert.Equal($"warning: {Error} It is ignored.\nwarning: No metrics are sent by OTLP.\n", (await Run("serve")).Error);
    }

    /// <summary>They may be set for all programs of a host; who writes an endpoint down is told that they overrule it.</summary>
    [Fact]
    public async Task A_variable_that_switches_off_what_a_key_wants_sent_is_said()
    {
        _environment["OTEL_METRICS_EXPORTER"] = "none";
        _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://c:4317";
        Assert.Equal((0, "", ""), await Run("serve"));
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "otlp: { endpoint: 'http://c:4317' }", TestContext.Current.CancellationToken);
        const string Metrics = "warning: 'otlp.endpoint' is set, but no metrics are sent there: OTEL_METRICS_EXPORTER=none.\n";
        Assert.Equal((0, "", Metrics), await Run("serve", "--config", file));
        _environment["OTEL_SDK_DISABLED"] = "true";
        const string All = "warning: 'otlp.endpoint' is set, but nothing is sent there: OTEL_SDK_DISABLED=true, OTEL_METRICS_EXPORTER=none.\n";
        Assert.Equal((0, $"ok {file}\n", All), await Run("config", "check", "--config", file));
        File.Delete(file);
    }

    [Fact]
    public async Task A_broken_configuration_is_not_served()
    {
        (int code, string output, string error) = await Run("--interval", "1ms", "--listen-metrics", "x");
        Assert.Equal(1, code);
        Assert.Null(_served);
        Assert.Equal("", output);
        Assert.Equal(2, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("process-arsenal: there is no 'shw' here: did you mean 'show'?\nTry 'process-arsenal config --help'.\n", "config", "shw")]
    [InlineData("process-arsenal: there is no '--intervl' here: did you mean '--interval'?\nTry 'process-arsenal --help'.\n", "--intervl")]
    [InlineData("process-arsenal: there is no 'x' here.\nTry 'process-arsenal config schema --help'.\n", "config", "schema", "x")]
    [InlineData("process-arsenal: Required argument missing for option: '--config'.\nTry 'process-arsenal serve --help'.\n", "serve", "--config")]
    [InlineData("process-arsenal: Required command was not provided.\nTry 'process-arsenal config --help'.\n", "config")]
    public async Task Wrong_usage_is_2_with_a_hint(string message, params string[] arguments)
    {
        (int code, string output, string error) = await Run(arguments);
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Equal(message, error);
    }

    [Fact]
    public async Task Check_says_ok_and_which_file()
    {
        Assert.Equal((0, "ok (no configuration file)\n", ""), await Run("config", "check"));
        string file = Path.GetTempFileName();
        Assert.Equal((0, $"ok {file}\n", ""), await Run("config", "check", "--config", file));
        await File.WriteAllTextAsync(file, "a: 1\nb: 2\n", TestContext.Current.CancellationToken);
        (int code, string output, string error) = await Run("config", "check", "--config", file);
        File.Delete(file);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"{file}:1:1: unknown key 'a'", error);
        Assert.Contains($"\n{file}:2:1: unknown key 'b'", error);
    }

    [Fact]
    public async Task Show_and_schema_print_to_standard_output()
    {
        (int code, string output, string error) = await Run("config", "show", "--interval", "7s");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("  interval: 7s  # --interval\n", output);
        Assert.Equal((0, ConfigurationSchema.Write(), ""), await Run("config", "schema"));
    }

    [Fact]
    public async Task Completes_words() => Assert.Equal((0, "schema\nshow\n", ""), await Run("[suggest:8]", "config s"));
}
