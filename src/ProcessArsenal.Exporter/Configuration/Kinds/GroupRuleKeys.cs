namespace ProcessArsenal.Exporter.Configuration.Kinds;

/// <summary>What a key of a group rule holds.</summary>
internal enum GroupRuleShape
{
    Text,
    List,
    Labels,
}

/// <summary>The keys of a group rule.</summary>
/// <param name="Example">As YAML.</param>
internal sealed record GroupRuleKey(string Name, GroupRuleShape Shape, string Help, string Example)
{
    public static readonly GroupRuleKey[] All =
    [
        new("name", GroupRuleShape.Text,
            "Template of the group's name: {{.Comm}} {{.ExeBase}} {{.ExeFull}} {{.Username}} {{.Matches.x}} {{.PID}} {{.StartTime}} {{.Cgroups}} "
            + "{{.Unit}} {{.Container}}. {{.ExeBase}} if left out.", "'{{.ExeBase}}'"),
        new("comm", GroupRuleShape.List, "The process's name (15 bytes at most) is one of these.", "[nginx]"),
        new("exe", GroupRuleShape.List,
            "The executable or the first argument is one of these: by base name, or in full if the entry has a slash.",
            "[/usr/sbin/nginx]"),
        new("cmdline", GroupRuleShape.List,
            "Regular expressions that must all match in the arguments; named captures can be used in templates.",
            @"['--port=(?P<port>\d+)']"),
        new("unit", GroupRuleShape.List, "The systemd unit is one of these, in full.", "[nginx.service]"),
        new("user", GroupRuleShape.List, "The effective user is one of these, by name or number.", "[www-data]"),
        new("labels", GroupRuleShape.Labels, "Own labels of the group's series: names, and templates of their values.", "{team: web}"),
    ];
}
