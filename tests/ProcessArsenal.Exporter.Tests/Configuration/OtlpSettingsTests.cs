using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Exporter.Tests.Configuration;

public sealed class OtlpSettingsTests
{
    [Fact]
    public void Nothing_is_sent_unless_asked_for() => Assert.Null(LoadText.Environment().Configuration!.ToOtlpOptions());

    [Fact]
    public void The_keys_do_what_they_say()
    {
        OtlpSendingOptions options = LoadText.Yaml("""
            state_directory: /s
            otlp: { endpoint: "https://collector:4318/x", protocol: http/protobuf, headers_file: /h, compression: none, timeout: 3s, ca_file: /ca,
                    client_certificate_file: /c, client_key_file: /k, spool: { max_size: 1GiB } }
            """).Configuration!.ToOtlpOptions()!;
        Assert.Same(options.Traces!.Headers.GetType(), options.Metrics!.Headers.GetType());
        Assert.Equal(new OtlpEndpoint
        {
            Address = new Uri("https://collector:4318/x"),
            Protocol = OtlpProtocol.HttpProtobuf,
            HeadersFile = "/h",
            Gzip = false,
            Timeout = TimeSpan.FromSeconds(3),
            CaFile = "/ca",
            ClientCertificateFile = "/c",
            ClientKeyFile = "/k",
            Headers = options.Traces.Headers,
        }, options.Traces);
        Assert.Equal("/s/spool", options.SpoolDirectory);
        Assert.Equal(1L << 30, options.SpoolMaxSize);
    }

    [Fact]
    public void Variables_of_OpenTelemetry_count_least_and_are_shown_without_secrets()
    {
        ConfigurationSources others = LoadText.None with
        {
            Environment = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://standard:4318",
                ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "3000",
                ["OTEL_EXPORTER_OTLP_COMPRESSION"] = "none",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "",
                ["OTEL_EXPORTER_OTLP_HEADERS"] = "authorization=Bearer%20hush,x=1",
                ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "http://jaeger:4318/in",
                ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"] = "none",
                ["OTEL_EXPORTER_OTLP_METRICS_TIMEOUT"] = "4000",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "60000",
                ["OTEL_TRACES_EXPORTER"] = "otlp",
                ["OTEL_SERVICE_NAME"] = "x",
                ["ARSENAL_OTLP__COMPRESSION"] = "gzip",
            },
        };
        ConfigurationResult result = LoadText.Yaml("otlp:\n  interval: 30s\n", others);
        Assert.Empty(result.Errors.Concat(result.Unusable));
        OtlpSendingOptions options = result.Configuration!.ToOtlpOptions()!;
        Assert.Equal("http://jaeger:4318/in", options.Traces!.Address.ToString());
        Assert.True(options.Traces.IsWhole);
        Assert.True(options.Traces.Gzip);
        Assert.Equal(TimeSpan.FromSeconds(3), options.Traces.Timeout);
        Assert.Equal("http://standard:4318/", options.Metrics!.Address.ToString());
        Assert.False(options.Metrics.IsWhole);
        Assert.Equal(TimeSpan.FromSeconds(4), options.Metrics.Timeout);
        Assert.Equal([new("authorization", "Bearer hush"), new("x", "1")], options.Metrics.Headers);
        Assert.Equal(TimeSpan.FromSeconds(30), result.Configuration!.Otlp.Interval);
        Assert.Equal("OTEL_EXPORTER_OTLP_ENDPOINT", result.Origins["otlp.endpoint"]);
        Assert.Equal("ARSENAL_OTLP__COMPRESSION", result.Origins["otlp.compression"]);
        Assert.Equal("default", result.Origins["otlp.protocol"]);
        string shown = ConfigurationText.Write(result.Configuration, result.Origins);
        Assert.Contains("  endpoint: http://standard:4318  # OTEL_EXPORTER_OTLP_ENDPOINT\n", shown, StringComparison.Ordinal);
        Assert.Contains("  # OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://jaeger:4318/in\n", shown, StringComparison.Ordinal);
        Assert.Contains("  # OTEL_EXPORTER_OTLP_HEADERS=(secret)\n", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("TRACES_COMPRESSION", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", shown + result.Configuration, StringComparison.Ordinal);
        Assert.Empty(LoadText.Yaml(shown).Errors);
    }

    [Fact]
    public void A_file_wins_over_variables_for_a_signal()
    {
        ConfigurationSources others = LoadText.None with
        {
            Environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "http://jaeger:4318/in" },
        };
        Assert.Equal("http://file:1/", LoadText.Yaml("otlp:\n  endpoint: http://file:1\n", others).Configuration!.ToOtlpOptions()!.Traces!.Address.ToString());
    }

    [Theory]
    [InlineData("OTEL_TRACES_EXPORTER", "none", false, true)]
    [InlineData("OTEL_METRICS_EXPORTER", "none", true, false)]
    [InlineData("OTEL_TRACES_EXPORTER", "None", false, true)]
    [InlineData("OTEL_METRICS_EXPORTER", "console", true, false)]
    [InlineData("OTEL_METRICS_EXPORTER", "console, prometheus", true, false)]
    [InlineData("OTEL_METRICS_EXPORTER", "console, OTLP", true, true)]
    [InlineData("OTEL_TRACES_EXPORTER", " ", true, true)]
    [InlineData("OTEL_SDK_DISABLED", "TRUE", false, false)]
    [InlineData("OTEL_SDK_DISABLED", "false", true, true)]
    public void What_is_switched_off_is_not_sent(string variable, string value, bool traces, bool metrics)
    {
        ConfigurationSources others = LoadText.None with { Environment = new Dictionary<string, string> { [variable] = value } };
        ConfigurationResult result = LoadText.Yaml("otlp:\n  endpoint: http://file:1\n", others);
        OtlpSendingOptions? options = result.Configuration!.ToOtlpOptions();
        Assert.Equal(traces, options?.Traces is not null);
        Assert.Equal(metrics, options?.Metrics is not null);
        string shown = ConfigurationText.Write(result.Configuration!, result.Origins);
        Assert.Equal(!traces || !metrics, shown.Contains($"  # {variable}={value}", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Only_metrics_may_have_a_receiver() =>
        Assert.Null(LoadText.Environment(("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m/v1/metrics")).Configuration!.ToOtlpOptions()!.Traces);

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "must be a whole number of milliseconds, not '10s'.")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "1", "'otlp.timeout' must be a duration from 100ms to 10m, such as 10s, not '1ms'.")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "'otlp.protocol' must be one of auto, grpc, http/protobuf, not 'http/json'.")]
    [InlineData("OTEL_METRICS_EXPORTER", "bogus", "must be otlp, none or another exporter (console, logging, prometheus, zipkin, jaeger), not 'bogus'.")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "secret", "must be name=value,name=value: header 1: must be name=value.")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a=%zz", "must be name=value,name=value: header 1: its value is not valid percent-encoding.")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c/v1/traces", "'otlp.endpoint' must be http:// or https://, a host and a port, such as http://localhost:4317, or '' for nobody, not 'http://c/v1/traces': write http://c and otlp.protocol: http/protobuf, as /v1/traces and /v1/metrics are added to it.")]
    public void A_variable_of_OpenTelemetry_that_is_of_no_use_counts_as_none(string variable, string value, string error)
    {
        ConfigurationResult result = LoadText.Environment((variable, value));
        Assert.Equal($"{variable}: {error}", Assert.Single(result.Unusable).ToString());
        Assert.Empty(result.Errors);
        Assert.Equal(LoadText.Environment().Configuration!.Otlp.Receiver, result.Configuration!.Otlp.Receiver);
        Assert.All(result.Origins.Values, origin => Assert.Equal("default", origin));
    }

    [Fact]
    public void A_wrong_header_does_not_take_the_right_ones_with_it()
    {
        ConfigurationResult result = LoadText.Environment(("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x,secret,team=a"));
        Assert.Equal("OTEL_EXPORTER_OTLP_HEADERS: must be name=value,name=value: header 2: must be name=value.", Assert.Single(result.Unusable).ToString());
        Assert.Equal([new("authorization", "Bearer x"), new("team", "a")], result.Configuration!.Otlp.Receiver.Headers);
    }

    [Theory]
    [InlineData("ARSENAL_OTLP__ENDPOINT", "localhost:4317", "'otlp.endpoint' must be http:// or https://, a host and a port, such as http://localhost:4317, or '' for nobody, not 'localhost:4317': begin with http:// or https://.")]
    [InlineData("ARSENAL_OTLP__ENDPOINT", "http://me:hush@h", "'otlp.endpoint' must be http:// or https://, a host and a port, such as http://localhost:4317, or '' for nobody, not one with a user, a query or a fragment: credentials go into otlp.headers_file.")]
    [InlineData("ARSENAL_OTLP__ENDPOINT", "http://c:4318/v1/traces", "'otlp.endpoint' must be http:// or https://, a host and a port, such as http://localhost:4317, or '' for nobody, not 'http://c:4318/v1/traces': write http://c:4318, as /v1/traces and /v1/metrics are added to it.")]
    [InlineData("ARSENAL_OTLP__ENDPOINT", "https://c/x/v1/metrics/", "'otlp.endpoint' must be http:// or https://, a host and a port, such as http://localhost:4317, or '' for nobody, not 'https://c/x/v1/metrics/': write https://c/x and otlp.protocol: http/protobuf, as /v1/traces and /v1/metrics are added to it.")]
    [InlineData("ARSENAL_OTLP__SPOOL__MAX_SIZE", "200", "'otlp.spool.max_size' must be a size from 1MiB to 1024GiB, such as 200MiB, not '200': add a unit, one of B, KiB, MiB, GiB, kB, MB, GB.")]
    [InlineData("ARSENAL_OTLP__CA_FILE", "ca.pem", "'otlp.ca_file' must be the absolute path of a file such as /etc/process-arsenal/otlp-ca.pem, or '' for none, not 'ca.pem'.")]
    public void Errors_say_what_to_do(string variable, string value, string error) =>
        Assert.Equal($"{variable}: {error}", Assert.Single(LoadText.Environment((variable, value)).Errors).ToString());

    [Theory]
    [InlineData("otlp: { spol: { max_size: 1GiB } }", "unknown key 'spol' in 'otlp': did you mean 'spool'?")]
    [InlineData("otlp: { spool: { size: 1GiB } }", "unknown key 'size' in 'otlp.spool': there are max_size.")]
    [InlineData("otlp: { spool: 1GiB }", "'otlp.spool' must be a section of max_size, not a single value.")]
    [InlineData("otlp: { spool.max_size: 1GiB }", "unknown key 'spool.max_size' in 'otlp'")]
    public void Sections_in_sections_are_checked(string yaml, string error) =>
        Assert.Contains(error, Assert.Single(LoadText.Errors(yaml)), StringComparison.Ordinal);
}
