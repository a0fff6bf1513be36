using System.Collections.Immutable;
using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Supervision;

/// <summary>The keys of a supervisor.</summary>
internal static class SupervisorKeys
{
    public static readonly MappingKind<SupervisorSpec> Kind = new(
        new SupervisorSpec("", []), "a supervisor such as {name: shop, children: [{name: orders, command: [dotnet, Orders.dll]}]}",
        new MappingKey<SupervisorSpec, string>("name", new SpecNameKind(isSupervisor: true), static s => s.Name, static (s, v) => s with { Name = v }, "What it is called.", "shop") { IsRequired = true },
        new MappingKey<SupervisorSpec, RestartStrategy>(
            "strategy", new ChoiceKind<RestartStrategy>(("one_for_one", RestartStrategy.OneForOne), ("one_for_all", RestartStrategy.OneForAll), ("rest_for_one", RestartStrategy.RestForOne)),
            static s => s.Strategy, static (s, v) => s with { Strategy = v }, "Who is started again when a child fails: it alone, all, or it and those after it. one_for_one if left out.", "one_for_all"),
        new MappingKey<SupervisorSpec, int>(
            "max_restarts", new IntegerKind(0, 1000), static s => s.MaxRestarts, static (s, v) => s with { MaxRestarts = v },
            "Failures within max_seconds that are borne; one more, and it starts nothing more by itself until it is reset (process-arsenal start --reset). 3 if left out.", "3"),
        new MappingKey<SupervisorSpec, int>("max_seconds", new IntegerKind(1, 86_400), static s => s.MaxSeconds, static (s, v) => s with { MaxSeconds = v }, "How far back failures count. 60 if left out.", "60"),
        new MappingKey<SupervisorSpec, ImmutableArray<ChildSpec>>(
            "children", new ListKind<ChildSpec>(ChildKeys.Kind, 1, SpecCheck.MostChildren, "a list of children such as [{name: orders, command: [dotnet, Orders.dll]}]", static child => child.Name),
            static s => [.. s.Children], static (s, v) => s with { Children = v }, "What it runs: started in this order, stopped in the reverse one.", "[{name: orders, command: [dotnet, Orders.dll]}]")
        { IsRequired = true });
}
