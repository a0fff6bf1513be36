using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Exporter.Tests.Configuration;

/// <summary>What the sampler is told of a configuration.</summary>
public sealed class ConfigurationChangesTests
{
    [Theory]
    [InlineData("dotnet: { attach: none }\n", null, null)]
    [InlineData("dotnet: { attach: none, port: /run/a.sock }\n", true, "/run/a.sock")]
    [InlineData("dotnet: { attach: all, port: /run/a.sock }\n", false, "/run/a.sock")]
    [InlineData("dotnet: { attach: all }\n", false, null)]
    public void A_port_is_there_whoever_is_listened_to(string yaml, bool? attachesToNone, string? port)
    {
        SamplingOptions options = LoadText.Yaml(yaml).Configuration!.ToSamplingOptions();
        Assert.Equal((attachesToNone, port), (options.Dotnet?.AttachesToNone, options.Dotnet?.Port));
    }

    [Theory]
    [InlineData("groups: { max: 3 }\n", "groups: { max: 4 }\n", "")]
    [InlineData("", "listen: { metrics: 'http://127.0.0.1:1' }\nprocfs: /p\n", "listen.metrics procfs")]
    [InlineData("otlp: { endpoint: 'http://a:1' }\n", "otlp: { endpoint: 'http://b:1', spool: { max_size: 1GiB } }\n", "otlp.endpoint otlp.spool.max_size")]
    [InlineData("otlp: { endpoint: 'http://a:1' }\n", "otlp: { endpoint: 'http://a:1', interval: 1s }\nstate_directory: /s\n", "state_directory otlp.interval")]
    [InlineData("otlp: { endpoint: 'http://a:1' }\n", "otlp: { endpoint: 'http://a:1' }\nstate_directory: /s\n", "state_directory")]
    [InlineData("supervisors: [{name: a, children: [{name: b, command: [c], environment: {K: v}}]}]\n", "supervisors: [{name: a, children: [{name: b, command: [c], environment: {K: v}}]}]\n", "")]
    [InlineData("supervisors: [{name: a, children: [{name: b, command: [c], environment: {K: v}}]}]\n", "supervisors: [{name: a, children: [{name: b, command: [c], environment: {K: w}}]}]\n", "supervisors")]
    [InlineData("supervisors: [{name: a, children: [{name: b, command: [c, --token, d]}]}]\n", "supervisors: [{name: a, children: [{name: b, command: [c, --token, e]}]}]\n", "supervisors")]
    [InlineData("", "supervisors: [{name: a, children: [{name: b, command: [c]}]}]\n", "supervisors")]
    [InlineData("otlp: { timeout: 5s }\n", "otlp: { timeout: 6s }\n", "")]
    [InlineData("otlp: { endpoint: 'http://a:1' }\n", "", "otlp.endpoint")]
    public void What_takes_a_restart_is_named(string running, string read, string keys) => Assert.Equal(
        keys.Split(' ', StringSplitOptions.RemoveEmptyEntries), ConfigurationChanges.NeedRestart(LoadText.Yaml(running).Configuration!, LoadText.Yaml(read).Configuration!));

    [Fact]
    public void Without_a_key_what_variables_say_of_one_signal_is_other_too()
    {
        ConfigurationSources others = LoadText.None with
        {
            Environment = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://a:1",
                ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "http://b:1",
            },
        };
        ExporterConfiguration running = LoadText.Yaml("otlp: { endpoint: 'http://a:1' }\n", others).Configuration!, read = LoadText.Yaml("", others).Configuration!;
        Assert.Equal(["otlp"], ConfigurationChanges.NeedRestart(running, read));
    }
}
