using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Exporter.Hosting;

namespace ProcessArsenal.Exporter.Api;

/// <summary>What there is to ask for, as OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1): made of the same routes and parameters that requests are checked by, so
/// that it can't say anything else.</summary>
internal static class OpenApiDocument
{
    private static readonly JsonSchemaExporterOptions Exporting = new() { TreatNullObliviousAsNonNullable = true };

    /// <summary>Problems that any route may answer with.</summary>
    private static readonly (int Status, string Meaning)[] Problems =
    [
        (400, "A parameter is unknown or wrong."), (401, "No token, or one that is not known."), (403, "The token's role is too low, or the request comes from another site."),
        (429, "Too many requests: Retry-After says when to come again."), (503, "There is no fresh sample, or what is asked for can't be recorded and so is not done: Retry-After says when to come again."),
    ];

    public static JsonObject Make()
    {
        var paths = new JsonObject();
        var schemas = new JsonObject { ["Problem"] = SchemaOf(ApiJson.Default.Problem) };
        foreach (ApiRoute route in ApiCatalogue.Routes)
        {
            if (paths[route.Path] is not JsonObject methods) paths[route.Path] = methods = [];
            methods[route.Method.ToLowerInvariant()] = Operation(route, schemas);
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "process-arsenal",
                ["version"] = OwnMetrics.Version,
                ["description"] = "Looks at the processes of one Linux host. Times are RFC 3339, durations seconds, sizes bytes; what is not known is left out. Parameters that are not listed are errors.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = $"Made by: process-arsenal token create. Roles: {string.Join(", ", Roles.Names)}.",
                    },
                },
            },
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
        };
    }

    private static JsonObject Operation(ApiRoute route, JsonObject schemas)
    {
        var content = new JsonObject();
        if (route.Answer is { } answer)
        {
            string name = answer.Type.Name;
            if (!schemas.ContainsKey(name)) schemas[name] = SchemaOf(answer);
            content[route.IsStream ? route.OtherMediaType! : JsonAnswer.MediaType] = new JsonObject { ["schema"] = Reference(name) };
        }
        if (route.OtherMediaType is { } other && !route.IsStream) content[other] = new JsonObject { ["schema"] = Parameters.Text() };
        var responses = new JsonObject { [FormattableString.Invariant($"{route.Success}")] = new JsonObject { ["description"] = route.Summary + ".", ["content"] = content } };
        foreach ((int status, string meaning) in Problems) responses[FormattableString.Invariant($"{status}")] = ProblemAnswer(meaning);
        bool isOfOne = Array.Exists(route.Parameters, static parameter => parameter.IsInPath), isAction = route.Body.Contains(ActionBody.Common[0]);
        if (isOfOne) responses["404"] = ProblemAnswer("There is nothing of that name: no such process, child or action.");
        if (route.MostBody > 0) responses["413"] = ProblemAnswer("The body is too large.");
        if (isAction && isOfOne) responses["409"] = ProblemAnswer("A guard refused it: the answer says which, why, and under which number that was recorded.");
        if (isAction) responses["422"] = ProblemAnswer($"The {ActionBody.KeyHeader} was used for another request.");
        var operation = new JsonObject
        {
            ["operationId"] = OperationId(route),
            ["summary"] = route.Summary,
            ["description"] = $"Takes the role {route.Role.Name()}.",
            ["parameters"] = new JsonArray([.. route.Parameters.Select(static parameter => (JsonNode)new JsonObject
            {
                ["name"] = parameter.Name,
                ["in"] = parameter.IsInPath ? "path" : "query",
                ["required"] = parameter.IsInPath,
                ["description"] = parameter.Help,
                ["schema"] = parameter.Schema.DeepClone(),
            }), .. isAction ? (JsonNode[])[Key()] : []]),
            ["responses"] = responses,
        };
        if (route.Body.Length > 0) operation["requestBody"] = Body(route.Body);
        if (route.MostBytes > 0) operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { [JsonAnswer.MediaType] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } } } };
        return operation;
    }

    private static JsonObject Body(ApiParameter[] members) => new()
    {
        ["content"] = new JsonObject
        {
            [JsonAnswer.MediaType] = new JsonObject
            {
                ["schema"] = new JsonObject
                {
                    ["type"] = "object",
                    ["additionalProperties"] = false,
                    ["properties"] = new JsonObject(members.Select(static member =>
                    {
                        var schema = (JsonObject)member.Schema.DeepClone();
                        schema["description"] = member.Help;
                        return KeyValuePair.Create(member.Name, (JsonNode?)schema);
                    })),
                },
            },
        },
    };

    private static JsonObject Key() => new()
    {
        ["name"] = ActionBody.KeyHeader,
        ["in"] = "header",
        ["required"] = false,
        ["description"] = "Makes the request happen once: a repetition under the same key is answered with what came of the first.",
        ["schema"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = IdempotencyKey.MaxLength },
    };

    private static JsonObject ProblemAnswer(string meaning) => new()
    {
        ["description"] = meaning,
        ["content"] = new JsonObject { [Problem.MediaType] = new JsonObject { ["schema"] = Reference("Problem") } },
    };

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    /// <summary>get_processes_id_history.</summary>
    private static string OperationId(ApiRoute route) => route.Method.ToLowerInvariant() + string.Concat(
        route.Path.Replace("/api/v1", "", StringComparison.Ordinal).Select(static c => c is '/' or '.' ? '_' : c).Where(static c => c is not ('{' or '}')));

    /// <summary>References within it are to the schema itself, which is no longer the whole document here.</summary>
    private static JsonNode SchemaOf(JsonTypeInfo type)
    {
        JsonNode schema = type.GetJsonSchemaAsNode(Exporting);
        Rebase(schema, $"#/components/schemas/{type.Type.Name}");
        return schema;
    }

    private static void Rebase(JsonNode? node, string root)
    {
        if (node is JsonObject members)
        {
            if (members["$ref"] is JsonValue reference && reference.GetValue<string>() is ['#', .. var rest]) members["$ref"] = root + rest;
            foreach ((_, JsonNode? member) in members.ToArray()) Rebase(member, root);
        }
        else if (node is JsonArray items)
        {
            foreach (JsonNode? item in items) Rebase(item, root);
        }
    }
}
