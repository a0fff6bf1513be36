using System.Text.Json.Nodes;

namespace ProcessArsenal.Dashboards;

/// <summary>Panels under a heading.</summary>
public sealed record Row(string Title, params Panel[] Panels);

/// <summary>A dashboard, in the classic model of Grafana (schemaVersion 42), which can be imported and provisioned.</summary>
public sealed record Dashboard(string Uid, string Title, string Description, Variable[] Variables, Row[] Rows)
{
    /// <summary>By which dashboards find one another.</summary>
    private const string Tag = "process-arsenal";

    private const int Columns = 24;

    /// <summary>The name of its file.</summary>
    public string File => Uid["process-arsenal-".Length..] + ".json";

    public JsonObject Write()
    {
        var panels = new JsonArray();
        int id = 1, y = 0;
        foreach (Row row in Rows)
        {
            panels.Add(new JsonObject
            {
                ["id"] = id++,
                ["type"] = "row",
                ["title"] = row.Title,
                ["collapsed"] = false,
                ["panels"] = new JsonArray(),
                ["gridPos"] = new JsonObject { ["x"] = 0, ["y"] = y++, ["w"] = Columns, ["h"] = 1 },
            });
            int x = 0, height = 0;
            foreach (Panel panel in row.Panels)
            {
                if (x + panel.Width > Columns)
                {
                    (x, y, height) = (0, y + height, 0);
                }
                panels.Add(panel.Write(id++, x, y));
                (x, height) = (x + panel.Width, Math.Max(height, panel.Height));
            }
            y += height;
        }
        return new JsonObject
        {
            ["uid"] = Uid,
            ["title"] = Title,
            ["description"] = Description,
            ["tags"] = new JsonArray(Tag),
            ["schemaVersion"] = 42,
            ["editable"] = true,
            ["graphTooltip"] = 1, // The same time in all panels.
            ["time"] = new JsonObject { ["from"] = "now-1h", ["to"] = "now" },
            ["refresh"] = "30s",
            ["timezone"] = "browser",
            ["links"] = new JsonArray(new JsonObject
            {
                ["title"] = "ProcessArsenal",
                ["type"] = "dashboards",
                ["icon"] = "dashboard",
                ["tags"] = new JsonArray(Tag),
                ["asDropdown"] = false,
                ["includeVars"] = true,
                ["keepTime"] = true,
                ["targetBlank"] = false,
                ["tooltip"] = "",
                ["url"] = "",
            }),
            ["annotations"] = new JsonObject { ["list"] = new JsonArray(Alerts()) },
            ["templating"] = new JsonObject { ["list"] = new JsonArray([DataSourceVariable(), .. Variables.Select(QueryVariable)]) },
            ["panels"] = panels,
        };
    }

    /// <summary>Marks where alerts about what is shown began to fire.</summary>
    private static JsonObject Alerts() => new()
    {
        ["name"] = "Alerts",
        ["enable"] = true,
        ["hide"] = false,
        ["iconColor"] = "red",
        ["datasource"] = Panel.DataSource(),
        ["target"] = new JsonObject
        {
            ["refId"] = "Alerts",
            ["interval"] = "1m",
            ["limit"] = 100,
            ["matchAny"] = false,
            ["tags"] = new JsonArray(),
            ["type"] = "",
            ["expr"] = """ALERTS{alertstate="firing",instance=~"$instance"} unless ALERTS{alertstate="firing",instance=~"$instance"} offset 1m""",
        },
        ["titleFormat"] = "{{alertname}}",
        ["textFormat"] = "{{group}} {{identity}}",
    };

    private static JsonObject DataSourceVariable() => new()
    {
        ["name"] = "datasource",
        ["label"] = "Prometheus",
        ["type"] = "datasource",
        ["query"] = "prometheus",
        ["hide"] = 0,
        ["refresh"] = 1,
        ["multi"] = false,
        ["includeAll"] = false,
    };

    private static JsonObject QueryVariable(Variable variable) => new()
    {
        ["name"] = variable.Name,
        ["label"] = variable.Label,
        ["type"] = "query",
        ["datasource"] = Panel.DataSource(),
        ["query"] = new JsonObject { ["qryType"] = 1, ["query"] = variable.Definition, ["refId"] = "PrometheusVariableQueryEditor-VariableQuery" },
        ["hide"] = 0,
        ["refresh"] = 2,
        ["sort"] = 1,
        ["multi"] = variable.IsMany,
        ["includeAll"] = variable.IsMany,
        ["allValue"] = variable.IsMany ? ".*" : null,
        ["current"] = variable.IsMany ? new JsonObject { ["selected"] = true, ["text"] = new JsonArray("All"), ["value"] = new JsonArray("$__all") } : new JsonObject(),
    };
}
