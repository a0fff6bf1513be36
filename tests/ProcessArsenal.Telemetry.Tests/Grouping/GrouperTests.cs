using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Grouping;

public sealed class GrouperTests
{
    private static string Default(ProcessDescription process) => new Grouper([]).Assign(process, 1).Name;

    [Fact]
    public void By_default_a_service_else_the_executable_names_the_group()
    {
        Assert.Equal("nginx.service", Default(Describe.Nginx));
        Assert.Equal("secret", Default(Describe.Opaque));
        Assert.Equal("bash", Default(new() { Name = "bash", Unit = "session-1.scope", Executable = "/bin/bash" }));
        Assert.Equal("unknown", Default(new() { Name = "" }));
        Assert.Equal(200, Default(new() { Name = new string('x', 5000) }).Length);
    }

    [Theory]
    [InlineData("Orders", "/app/Orders.dll")]
    [InlineData("Orders.Api", "Orders.Api.DLL", "--urls", "http://+:80")]
    [InlineData("Orders", "exec", "--depsfile", "x.deps.json", "--runtimeconfig", "y.json", "Orders.dll", "run")]
    [InlineData("Orders", "--roll-forward", "Major", "/app/Orders.exe")]
    [InlineData("kernel (program)", "kernel.dll")]
    [InlineData("dotnet", "run")]
    [InlineData("dotnet", "build", "Orders.dll")]
    [InlineData("dotnet", "exec")]
    [InlineData("dotnet", "--info")]
    [InlineData("dotnet", "--depsfile")]
    [InlineData("dotnet", ".dll")]
    [InlineData("dotnet", "/")]
    [InlineData("dotnet", "")]
    [InlineData("dotnet")]
    public void What_dotnet_runs_names_the_group_by_default(string group, params string[] arguments)
    {
        var process = new ProcessDescription { Name = "dotnet", Executable = "/usr/lib/dotnet/dotnet", Arguments = ["dotnet", .. arguments] };
        Assert.Equal(group, Default(process));
        Assert.Equal(group, Default(process with { Executable = null })); // As an ordinary user sees those of others.
        Assert.Equal("dotnet", Default(process with { Arguments = null }));
        Assert.Equal("orders.service", Default(process with { Unit = "orders.service" }));
        Assert.Equal("java", Default(process with { Name = "java", Executable = "/usr/bin/java" }));
        foreach (bool isTheirs in (bool[])[false, true])
            Assert.Equal("dotnet", new Grouper([Describe.Rule(new() { Name = "{{.ExeBase}}", ProcessExporter = isTheirs, Comm = ["dotnet"] })]).Assign(process, 1).Name);
    }

    [Fact]
    public void Kernel_threads_are_one_group_whatever_the_rules() =>
        Assert.Equal("kernel", new Grouper([Describe.Rule(new() { Name = "all" })]).Assign(new() { Name = "kworker/0:1", IsKernelThread = true }, 2).Name);

    [Fact]
    public void An_empty_result_is_unknown() =>
        Assert.Equal("unknown", new Grouper([Describe.Rule(new() { Name = "{{.Unit}}" })]).Assign(Describe.Opaque, 1).Name);

    [Fact]
    public void Declares_the_groups_that_need_no_process()
    {
        var grouper = new Grouper([
            Describe.Rule(new() { Name = "web", Comm = ["nginx"] }), Describe.Rule(new() { Name = "web", Comm = ["apache2"] }),
            Describe.Rule(new() { Name = "{{.Comm}}" })]);
        Assert.Equal([new GroupKey("web")], grouper.DeclaredGroups);
    }

    [Fact]
    public void Keys_are_equal_by_name_and_labels_in_any_order()
    {
        var a = new GroupKey("g", [KeyValuePair.Create("a", "1"), KeyValuePair.Create("b", "2")]);
        var b = new GroupKey("g", [KeyValuePair.Create("b", "2"), KeyValuePair.Create("a", "1")]);
        Assert.Equal(a, b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.NotEqual(a, new GroupKey("g", [KeyValuePair.Create("a", "1")]));
        Assert.NotEqual(a, new GroupKey("h", a.Labels));
        Assert.Equal("g{a=\"1\",b=\"2\"}", a.ToString());
    }
}
