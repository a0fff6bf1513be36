namespace ProcessArsenal.Telemetry.Analysis.Categories;

/// <summary>What kind of program a process is.</summary>
/// <param name="Name">What the configuration declares it to be, else one of <see cref="All"/>: its role where that is known, else its runtime.</param>
/// <param name="Runtime">dotnet, jvm, node, python, ruby, php, perl or beam; null if none of them is known to run it.</param>
/// <param name="Reason">The evidence, in words.</param>
public sealed record ProcessCategory(string Name, string? Runtime, string Reason)
{
    public const string Kernel = "kernel", Supervisor = "supervisor", ContainerRuntime = "container-runtime", Database = "database", WebServer = "web-server", Broker = "message-broker",
        Shell = "shell", Monitoring = "monitoring", AspNet = "dotnet-aspnet", Native = "native";

    /// <summary>What may run a program.</summary>
    public static readonly string[] Runtimes = ["dotnet", "jvm", "node", "python", "ruby", "php", "perl", "beam"];

    /// <summary>Every name that there is.</summary>
    public static readonly string[] All = [AspNet, .. Runtimes, Native, Shell, Database, WebServer, Broker, Monitoring, ContainerRuntime, Supervisor, Kernel];
}
