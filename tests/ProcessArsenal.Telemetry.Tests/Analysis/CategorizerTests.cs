using ProcessArsenal.Telemetry.Analysis.Categories;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

public sealed class CategorizerTests
{
    [Theory]
    [InlineData("/usr/lib/postgresql/15/bin/postgres", "database", null)]
    [InlineData("/usr/sbin/nginx", "web-server", null)]
    [InlineData("/usr/bin/python3.11", "python", "python")]
    [InlineData("/usr/bin/python3.11 /usr/bin/supervisord -n", "supervisor", "python")]
    [InlineData("/usr/sbin/php-fpm8.2", "php", "php")]
    [InlineData("/usr/bin/java -Xmx1g -cp kafka.jar kafka.Kafka server.properties", "message-broker", "jvm")]
    [InlineData("/usr/bin/java -jar shop.jar", "jvm", "jvm")]
    [InlineData("/usr/lib/erlang/erts-13/bin/beam.smp -W w -s rabbit boot", "message-broker", "beam")]
    [InlineData("/usr/bin/dotnet Orders.dll", "dotnet", "dotnet")]
    [InlineData("/bin/dash -c x", "shell", null)]
    [InlineData("/usr/bin/containerd-shim-runc-v2 -id 1", "container-runtime", null)]
    [InlineData("/opt/shop/orders", "native", null)]
    public void A_program_is_known_by_its_executable_or_what_it_runs(string line, string category, string? runtime)
    {
        string[] arguments = line.Split(' ');
        ProcessCategory found = Of(new ProcessDescription { Name = "x", Executable = arguments[0], Arguments = arguments });
        Assert.Equal((category, runtime), (found.Name, found.Runtime));
        Assert.Contains(found.Name, ProcessCategory.All);
        Assert.NotEmpty(found.Reason);
    }

    [Fact]
    public void Evidence_is_told()
    {
        Assert.Equal("its executable is python3.11, and runs /usr/bin/supervisord", Of(new ProcessDescription { Name = "x", Executable = "/usr/bin/python3.11", Arguments = ["python3", "/usr/bin/supervisord"] }).Reason);
        Assert.Equal("its name is nginx", Of(new ProcessDescription { Name = "nginx" }).Reason);
        Assert.Equal("it is a thread of the kernel", Of(new ProcessDescription { Name = "nginx", IsKernelThread = true }).Reason);
    }

    [Fact]
    public void A_net_process_is_known_by_its_runtime_whatever_it_is_called_and_a_web_service_by_its_requests()
    {
        var row = new ProcessRow { Description = new ProcessDescription { Name = "Orders", Executable = "/app/Orders" }, Runtime = new RuntimeFacts() };
        Assert.Equal(("dotnet", "it has the diagnostic socket of a .NET runtime"), (Categorizer.Of(row).Name, Categorizer.Of(row).Reason));
        row.Runtime = new RuntimeFacts { Requests = 0 };
        Assert.Equal("dotnet-aspnet", Categorizer.Of(row).Name);
    }

    [Fact]
    public void Expressions_ask_for_it()
    {
        Assert.True(Telemetry.Expressions.Expression.TryParse("category = \"web-server\" and not runtime = \"dotnet\"", out Telemetry.Expressions.Expression? expression, out _));
        var row = new ProcessRow { Description = new ProcessDescription { Name = "x", Executable = "/usr/sbin/nginx" } };
        Assert.Equal(Telemetry.Expressions.Truth.Unknown, expression.Evaluate(row)); // What runs it is not known.
        Assert.True(Telemetry.Expressions.Expression.TryParse("category = \"web-server\"", out expression, out _));
        Assert.Equal(Telemetry.Expressions.Truth.True, expression.Evaluate(row));
    }

    private static ProcessCategory Of(ProcessDescription description) => Categorizer.Of(new ProcessRow { Description = description });
}
