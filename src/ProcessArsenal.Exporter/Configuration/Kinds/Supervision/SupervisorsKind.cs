using System.Collections.Immutable;
using System.Text.Json;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Supervision;

/// <summary>The list of our own supervisors, with what is wrong with them only together.</summary>
internal sealed class SupervisorsKind : ValueKind<ImmutableArray<SupervisorSpec>>
{
    private static readonly ListKind<SupervisorSpec> List = new(
        SupervisorKeys.Kind, 0, SpecCheck.MostSupervisors, "a list of supervisors such as [{name: shop, children: [{name: orders, command: [dotnet, Orders.dll]}]}]", static supervisor => supervisor.Name);

    public override bool TryBind(YamlNode node, string path, BindContext context, out ImmutableArray<SupervisorSpec> value)
    {
        if (!List.TryBind(node, path, context, out value)) return false;
        IReadOnlyList<string> errors = SpecCheck.Errors(value);
        foreach (string error in errors) context.Error(node, $"'{path}': {error}.");
        return errors.Count == 0;
    }

    public override string Format(ImmutableArray<SupervisorSpec> value) => List.Format(value);

    public override IReadOnlyList<string>? FormatItems(ImmutableArray<SupervisorSpec> value) => List.FormatItems(value);

    public override void WriteSchema(Utf8JsonWriter json) => List.WriteSchema(json);

    public override void WriteJson(Utf8JsonWriter json, ImmutableArray<SupervisorSpec> value) => List.WriteJson(json, value);
}
