using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Publishing.Otlp.Resources;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Resources;

/// <summary>What a process is to OpenTelemetry.</summary>
public sealed class ProcessResourceTests
{
    private static readonly HostFacts Host = new("web1", "0123456789abcdef0123456789abcdef", "1.0");

    private static readonly ProcessIdentity Process = new(7, 70, 0xabc);

    private static readonly RuntimeInfo Runtime = new("10.0.1", 10, "Shop.Orders", "Linux", "x64");

    private static readonly ProcessDescription Description = new()
    {
        Name = "dotnet",
        Executable = "/usr/bin/dotnet",
        Arguments = ["dotnet", "Shop.Orders.dll", "--password=secret"],
        CommandLine = "dotnet Shop.Orders.dll --password=secret",
        User = "shop",
        Unit = "orders.service",
        Cgroup = "/system.slice/orders.service",
        StartTime = new DateTimeOffset(2026, 11, 25, 12, 0, 0, 250, TimeSpan.Zero),
    };

    [Fact]
    public void It_says_who_and_where_and_nothing_of_the_command_line()
    {
        Dictionary<string, string> all = ProcessResource.Attributes(Process, Description, Runtime, Host);
        Assert.Equal("Shop.Orders", all["service.name"]);
        Assert.Equal("web1", all["host.name"]);
        Assert.Equal("dotnet", all["process.executable.name"]);
        Assert.Equal("shop", all["process.owner"]);
        Assert.Equal("2026-11-25T12:00:00.250Z", all["process.creation.time"]);
        Assert.Equal("7-70-00000abc", all["arsenal.identity"]);
        Assert.DoesNotContain(all.Values, value => value.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_service_is_called_as_it_was_told_else_by_its_assembly_its_unit_its_executable()
    {
        RuntimeInfo told = Runtime with { Service = Parse("OTEL_SERVICE_NAME=checkout\0") };
        Assert.Equal("checkout", Name(Description, told));
        Assert.Equal("Shop.Orders", Name(Description, Runtime));
        Assert.Equal("orders", Name(Description, null));
        Assert.Equal("dotnet", Name(Description with { Unit = "session-1.scope" }, null));
        Assert.Equal("unknown_service", Name(null, null));
    }

    [Fact]
    public void An_instance_is_the_same_for_ever_and_another_for_each_process_and_host()
    {
        Guid id = InstanceId.Of(Process, "a");
        Assert.Equal(id, InstanceId.Of(Process, "a"));
        Assert.NotEqual(id, InstanceId.Of(Process, "b"));
        Assert.NotEqual(id, InstanceId.Of(Process with { Token = 71 }, "a"));
        Assert.Equal(5, id.Version);
        // uuid.uuid5(uuid.UUID("4d63009a-8d0f-11ee-aad7-4c796ed8e320"), "a/7-70-00000abc") of Python.
        Assert.Equal("16fc902b-f830-5eff-9595-895bbeda592d", id.ToString());
    }

    [Fact]
    public void An_environment_may_say_more_but_not_who_the_process_is()
    {
        ServiceEnvironment read = Parse("KUBERNETES_SERVICE_HOST=10.0.0.1\0HOSTNAME=orders-5d\0POD_NAMESPACE=shop\0OTEL_RESOURCE_ATTRIBUTES="
            + "service.name=a,service.version=1%2E2,deployment.environment.name= test ,process.pid=1,host.name=x,service.instance.id=y,bad,=z,k8s.pod.name=orders-6\0");
        Assert.Equal("a", read.Name);
        Dictionary<string, string> all = ProcessResource.Attributes(Process, Description, Runtime with { Service = read }, Host);
        Assert.Equal(
            ("a", "1.2", "test", "web1", "shop", "orders-6"),
            (all["service.name"], all["service.version"], all["deployment.environment.name"], all["host.name"], all["k8s.namespace.name"], all["k8s.pod.name"]));
        Assert.Equal(InstanceId.Of(Process, Host.Id!).ToString(), all["service.instance.id"]);
        Assert.DoesNotContain("bad", all.Keys);
    }

    [Theory]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_0000_1111_2222_333344445555.slice/cri-containerd-x.scope", "0a1b2c3d-0000-1111-2222-333344445555")]
    [InlineData("/kubepods/besteffort/pod0a1b2c3d-0000-1111-2222-333344445555/abc", "0a1b2c3d-0000-1111-2222-333344445555")]
    [InlineData("/system.slice/podman.service", null)]
    [InlineData("/", null)]
    public void A_pod_is_found_in_the_path_of_a_control_group(string path, string? pod) => Assert.Equal(pod, CgroupNames.PodOf(path));

    private static string Name(ProcessDescription? description, RuntimeInfo? runtime) => ProcessResource.Attributes(Process, description, runtime, Host)["service.name"];

    private static ServiceEnvironment Parse(string environment) => ServiceEnvironment.Parse(Encoding.UTF8.GetBytes(environment));
}
