using System.Collections.Immutable;
using CsCheck;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Grouping;

public sealed class GroupingPropertyTests
{
    private static readonly Gen<string> Hostile = Gen.OneOf(
        Gen.String, AnyOf("", "/", "//", "{{.Comm}}", "}}", "\n", "\0", "\uD800", "nginx", "a/b/", "(((", "--port=80"),
        Gen.Char['{', '}'].Array[0, 300].Select(c => new string(c)));

    private static readonly Gen<ProcessDescription> Descriptions = Gen.Select(
        Hostile, Hostile.Null(), Hostile.Array[0, 3].Null(), Hostile.Null(), Hostile.Null(), Hostile.Null(),
        (name, executable, arguments, unit, user, cgroup) => new ProcessDescription
        {
            Name = name,
            Executable = executable,
            Arguments = arguments,
            CommandLine = arguments is null ? null : string.Join(' ', arguments),
            Unit = unit,
            User = user,
            Cgroup = cgroup,
        });

    private static readonly Gen<GroupRuleOptions> Options = Gen.Select(
        AnyOf<string?>(null, "web", "{{.Comm}}", "{{.ExeFull}}{{.Unit}}", "{{.Matches.p}}"), Hostile.Array[0, 2], Hostile.Array[0, 2], Hostile.Array[0, 2],
        AnyOf("", "(?P<p>.*)", "^$", "[[:alpha:]]+"),
        (name, comm, exe, user, pattern) => new GroupRuleOptions
        {
            Name = name,
            Comm = [.. comm],
            Exe = [.. exe],
            User = [.. user],
            Cmdline = pattern.Length == 0 ? [] : [pattern],
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("own", "{{.Cgroups}}"),
        });

    [Fact]
    public void Never_throws_and_always_names_a_group_within_the_cap() =>
        Gen.Select(Options.Array[0, 4], Descriptions).Sample((options, process) =>
        {
            GroupKey key = new Grouper([.. Compile(options)]).Assign(process, 1);
            Assert.InRange(key.Name.Length, 1, GroupTemplate.MaxLength);
            Assert.All(key.Labels, label => Assert.InRange(label.Value.Length, 0, GroupTemplate.MaxLength));
        });

    [Fact]
    public void The_first_rule_that_matches_wins() =>
        Gen.Select(Options.Array[1, 5], Descriptions).Sample((options, process) =>
        {
            GroupRule[] rules = Compile(options);
            GroupKey? first = rules.Select(rule => rule.Match(process, 1)).FirstOrDefault(key => key is not null);
            Assert.Equal(first ?? new Grouper([]).Assign(process, 1), new Grouper(rules).Assign(process, 1));
        });

    [Fact]
    public void Templates_and_patterns_never_throw() => Hostile.Sample(text =>
    {
        GroupTemplate.Parse(text, null, out _);
        GroupTemplate.Parse("{{" + text + "}}", [text], out _);
        GroupPattern.TryCompile(text, out _, out _);
        GroupPattern.TryCompile("[" + text + "](?P<" + text, out _, out _);
    });

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static GroupRule[] Compile(GroupRuleOptions[] options) =>
        [.. options.Select(o => GroupRule.TryCompile(o, out GroupRule? rule, out _) ? rule : null).OfType<GroupRule>()];
}
