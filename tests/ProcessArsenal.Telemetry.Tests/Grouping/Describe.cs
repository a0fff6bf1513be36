using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Grouping;

internal static class Describe
{
    public static ProcessDescription Nginx => new()
    {
        Name = "nginx",
        Executable = "/usr/sbin/nginx",
        Arguments = ["nginx:", "master", "--port=80", "--site=shop"],
        CommandLine = "nginx: master --port=80 --site=shop",
        UserId = 33,
        User = "www-data",
        Unit = "nginx.service",
        Cgroup = "/system.slice/nginx.service",
        Container = "c0ffee",
        StartTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)),
    };

    /// <summary>One that we may hardly look at.</summary>
    public static ProcessDescription Opaque => new() { Name = "secret" };

    public static GroupRule Rule(GroupRuleOptions options) =>
        GroupRule.TryCompile(options, out GroupRule? rule, out GroupRuleError? error) ? rule : throw new Xunit.Sdk.XunitException(error.ToString());

    public static string Error(GroupRuleOptions options) =>
        GroupRule.TryCompile(options, out _, out GroupRuleError? error) ? "none" : $"{error.Key}: {error.Message}";
}
