using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Control.Tests.Alerting;

public sealed class HostLabelsTests
{
    private static readonly HostLabels ByName = HostLabels.Of([], () => new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "web-1", "10.0.0.7", "fe80::1" });

    private static readonly HostLabels ByLabels = HostLabels.Of([new("instance", "web-1:9464"), new("cluster", "a")]);

    [Theory]
    [InlineData("web-1:9464", true)]
    [InlineData("WEB-1", true)]
    [InlineData("10.0.0.7:80", true)]
    [InlineData("[fe80::1]:9464", true)]
    [InlineData("fe80::1", true)]
    [InlineData("localhost:9464", false)]
    [InlineData("[::1]:9464", false)]
    [InlineData("web-11:9464", false)]
    [InlineData("web-1.other:9464", false)]
    [InlineData("", false)]
    [InlineData("[", false)]
    public void Without_configuration_the_instance_has_to_name_us(string instance, bool isOurs) =>
        Assert.Equal(isOurs, ByName.WhyNot(new Dictionary<string, string> { ["instance"] = instance }, isLocal: false) is null);

    [Fact]
    public void Who_names_nobody_does_not_name_us()
    {
        Assert.Contains("names no host", ByName.WhyNot(new Dictionary<string, string> { ["group"] = "orders" }, isLocal: true));
        Assert.Contains("cluster", ByLabels.WhyNot(new Dictionary<string, string> { ["instance"] = "web-1:9464" }, isLocal: true));
        Assert.Contains("another host", ByLabels.WhyNot(new Dictionary<string, string> { ["instance"] = "web-2:9464", ["cluster"] = "a" }, isLocal: true));
        Assert.Null(ByLabels.WhyNot(new Dictionary<string, string> { ["instance"] = "web-1:9464", ["cluster"] = "a", ["x"] = "y" }, isLocal: true));
    }

    [Fact]
    public void This_host_knows_its_own_name() => Assert.Null(HostLabels.Of([]).WhyNot(new Dictionary<string, string> { ["instance"] = $"{Environment.MachineName}:9464" }, isLocal: false));

    [Fact]
    public void Localhost_is_who_says_it()
    {
        foreach (string instance in (string[])["localhost:9464", "LOCALHOST", "127.0.0.1:9464", "[::1]:9464"])
        {
            Assert.Null(ByName.WhyNot(new Dictionary<string, string> { ["instance"] = instance }, isLocal: true));
            Assert.Contains("every host", ByName.WhyNot(new Dictionary<string, string> { ["instance"] = instance }, isLocal: false));
        }
    }
}
