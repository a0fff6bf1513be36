using System.Text.Json.Nodes;

namespace ProcessArsenal.Dashboards;

/// <summary>How a panel is drawn.</summary>
public enum PanelKind
{
    Lines,

    /// <summary>Lines that add up.</summary>
    Areas,

    /// <summary>One number.</summary>
    Number,
    Table,
}

/// <summary>A panel.</summary>
/// <param name="Description">What it shows and what to make of it: the text behind the "i".</param>
/// <param name="Unit">Of Grafana: bytes, s, percentunit, ops, short, ...</param>
/// <param name="Width">Of 24.</param>
public sealed record Panel(PanelKind Kind, string Title, string Description, string Unit, int Width, params Query[] Queries)
{
    private const string Source = "${datasource}";

    /// <summary>From where on it is drawn in yellow, and in red. Null: never.</summary>
    public (double Yellow, double Red)? Limits { get; init; }

    /// <summary>A link of each row or series to another dashboard: its uid, and labels that are handed over.</summary>
    public (string Title, string Uid, string[] Labels)? Link { get; init; }

    /// <summary>Labels that a table does not show.</summary>
    public string[] Hidden { get; init; } = [];

    /// <summary>What numbers stand for.</summary>
    public (double Value, string Text)[] Words { get; init; } = [];

    public int Height => Kind == PanelKind.Number ? 4 : 8;

    public JsonObject Write(int id, int x, int y)
    {
        var panel = new JsonObject
        {
            ["id"] = id,
            ["type"] = Kind switch { PanelKind.Number => "stat", PanelKind.Table => "table", _ => "timeseries" },
            ["title"] = Title,
            ["description"] = Description,
            ["datasource"] = DataSource(),
            ["gridPos"] = new JsonObject { ["x"] = x, ["y"] = y, ["w"] = Width, ["h"] = Height },
            ["targets"] = new JsonArray([.. Queries.Select((query, index) => Target(query, index))]),
            ["fieldConfig"] = new JsonObject { ["defaults"] = Defaults(), ["overrides"] = Overrides() },
            ["options"] = Options(),
        };
        if (Kind == PanelKind.Table) panel["transformations"] = Transformations();
        return panel;
    }

    internal static JsonObject DataSource() => new() { ["type"] = "prometheus", ["uid"] = Source };

    private JsonObject Target(Query query, int index)
    {
        bool instant = query.IsInstant || Kind == PanelKind.Table;
        return new JsonObject
        {
            ["refId"] = ((char)('A' + index)).ToString(),
            ["datasource"] = DataSource(),
            ["expr"] = query.Expression,
            ["legendFormat"] = query.Legend,
            ["instant"] = instant,
            ["range"] = !instant,
            ["exemplar"] = query.HasExemplars,
            ["format"] = Kind == PanelKind.Table ? "table" : "time_series",
            ["editorMode"] = "code",
        };
    }

    private JsonObject Defaults()
    {
        var steps = new JsonArray(new JsonObject { ["color"] = "green", ["value"] = null });
        if (Limits is { } limits)
        {
            steps.Add(new JsonObject { ["color"] = "yellow", ["value"] = limits.Yellow });
            steps.Add(new JsonObject { ["color"] = "red", ["value"] = limits.Red });
        }
        var defaults = new JsonObject
        {
            ["unit"] = Unit,
            ["color"] = new JsonObject { ["mode"] = Kind == PanelKind.Number ? "thresholds" : "palette-classic" },
            ["thresholds"] = new JsonObject { ["mode"] = "absolute", ["steps"] = steps },
            ["mappings"] = Mappings(),
            ["links"] = Links(),
        };
        if (Kind is PanelKind.Lines or PanelKind.Areas)
        {
            defaults["custom"] = new JsonObject
            {
                ["drawStyle"] = "line",
                ["lineWidth"] = 1,
                ["fillOpacity"] = Kind == PanelKind.Areas ? 20 : 0,
                ["showPoints"] = "never",
                ["spanNulls"] = false, // What is missing is not zero, and no line leads over it.
                ["stacking"] = new JsonObject { ["mode"] = Kind == PanelKind.Areas ? "normal" : "none", ["group"] = "A" },
                ["thresholdsStyle"] = new JsonObject { ["mode"] = Limits is null ? "off" : "line" },
            };
        }
        return defaults;
    }

    private JsonArray Mappings() => Words.Length == 0 ? [] :
        [new JsonObject
        {
            ["type"] = "value",
            ["options"] = new JsonObject(Words.Select((word, index) => KeyValuePair.Create<string, JsonNode?>(
                FormattableString.Invariant($"{word.Value}"), new JsonObject { ["text"] = word.Text, ["index"] = index }))),
        }];

    private JsonArray Links()
    {
        if (Link is not { } link) return [];
        string field = Kind == PanelKind.Table ? "__data.fields" : "__field.labels";
        IEnumerable<string> variables = link.Labels.Select(label => $"var-{label}=${{{field}.{label}}}");
        return [new JsonObject { ["title"] = link.Title, ["url"] = $"/d/{link.Uid}?{string.Join('&', variables)}&${{__url_time_range}}", ["targetBlank"] = false }];
    }

    private JsonArray Overrides() => [.. Queries.Select((query, index) => (query, index)).Where(_ => Kind == PanelKind.Table && Queries.Length > 1).Select(pair => (JsonNode)new JsonObject
    {
        ["matcher"] = new JsonObject { ["id"] = "byFrameRefID", ["options"] = ((char)('A' + pair.index)).ToString() },
        ["properties"] = new JsonArray(new JsonObject { ["id"] = "unit", ["value"] = pair.query.Legend.Split('|') is [_, var unit] ? unit : Unit }),
    })];

    private JsonObject Options() => Kind switch
    {
        PanelKind.Number => new JsonObject
        {
            ["colorMode"] = "value",
            ["graphMode"] = "none",
            ["justifyMode"] = "auto",
            ["textMode"] = "auto",
            ["orientation"] = "auto",
            ["wideLayout"] = true,
            ["showPercentChange"] = false,
            ["percentChangeColorMode"] = "standard",
            ["reduceOptions"] = new JsonObject { ["calcs"] = new JsonArray("lastNotNull"), ["fields"] = "", ["values"] = false },
        },
        PanelKind.Table => new JsonObject { ["showHeader"] = true, ["frameIndex"] = 0, ["cellHeight"] = "sm" },
        _ => new JsonObject
        {
            ["legend"] = new JsonObject { ["displayMode"] = "list", ["placement"] = "bottom", ["showLegend"] = true, ["calcs"] = new JsonArray() },
            ["tooltip"] = new JsonObject { ["mode"] = "multi", ["sort"] = "desc" },
        },
    };

    /// <summary>One row for each set of labels, with a column for each query.</summary>
    private JsonArray Transformations()
    {
        var names = new JsonObject();
        if (Queries.Length == 1) names["Value"] = Queries[0].Legend;
        for (int i = 0; Queries.Length > 1 && i < Queries.Length; i++) names[$"Value #{(char)('A' + i)}"] = Queries[i].Legend.Split('|')[0];
        var hidden = new JsonObject { ["Time"] = true, ["__name__"] = true, ["job"] = true };
        foreach (string label in Hidden) hidden[label] = true;
        return
        [
            new JsonObject { ["id"] = "merge", ["options"] = new JsonObject() },
            new JsonObject { ["id"] = "organize", ["options"] = new JsonObject { ["excludeByName"] = hidden, ["renameByName"] = names } },
        ];
    }
}
