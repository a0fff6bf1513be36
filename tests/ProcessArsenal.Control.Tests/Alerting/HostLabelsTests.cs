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
    public void The_address_of_a_bridge_for_containers_is_that_of_every_host()
    {
        HostLabels host = HostLabels.Of([], () => (new HashSet<string> { "10.0.0.7" }, new HashSet<string> { "172.17.0.1", "10.0.0.7" }));
        var alert = new Dictionary<string, string> { ["instance"] = "172.17.0.1:9464" };
        Assert.Null(host.WhyNot(alert, isLocal: true));
        Assert.Contains("every host", host.WhyNot(alert, isLocal: false));
        Assert.Null(host.WhyNot(new Dictionary<string, string> { ["instance"] = "10.0.0.7:9464" }, isLocal: false)); // Also that of a link of its own.
        Assert.All((string[])["docker0", "br-0123456789ab", "virbr0", "podman1", "cni0"], link => Assert.True(HostLabels.IsBridge(link)));
        Assert.All((string[])["eth0", "br0", "bond0", "enp3s0", "wlan0"], link => Assert.False(HostLabels.IsBridge(link)));
    }

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
