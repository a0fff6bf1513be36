using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Tests.Configuration;

public sealed class AlertmanagerSettingsTests
{
    [Fact]
    public void The_keys_do_what_they_say()
    {
        ExporterConfiguration configuration = LoadText.Yaml("""
            host: { labels: { instance: "web-1:9464", cluster: a } }
            alertmanager: { urls: ["http://am-1:9093", "https://am-2/prefix/"], stale_after: 5m, repeat_after: 30s, max_instances: 3 }
            """).Configuration!;
        AlertOptions options = configuration.ToAlertOptions();
        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30), 3), (options.StaleAfter, options.RepeatAfter, options.MaxInstances));
        Assert.Null(options.Host.WhyNot(new Dictionary<string, string> { ["instance"] = "web-1:9464", ["cluster"] = "a" }, isLocal: false));
        Assert.NotNull(options.Host.WhyNot(new Dictionary<string, string> { ["instance"] = "web-1:9464" }, isLocal: true));
        Assert.Equal(["http://am-1:9093/", "https://am-2/prefix/"], configuration.Alertmanager.Urls.Select(url => url.ToString()));
        Assert.Equal("a", configuration.HostLabels()["cluster"]);
    }

    [Fact]
    public void Without_any_this_host_is_known_by_its_name_and_nobody_is_told()
    {
        ExporterConfiguration configuration = LoadText.Environment().Configuration!;
        Assert.Empty(configuration.Alertmanager.Urls);
        Assert.Equal(Environment.MachineName, configuration.HostLabels()["instance"]);
        Assert.Null(configuration.ToAlertOptions().Host.WhyNot(configuration.HostLabels(), isLocal: false));
    }
}
