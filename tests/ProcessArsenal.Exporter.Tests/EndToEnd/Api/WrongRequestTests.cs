using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Api;

/// <summary>What is wrong with a request is told by a status, a type that stays the same, and words that help.</summary>
public sealed class WrongRequestTests(ApiExporter fixture) : IClassFixture<ApiExporter>
{
    private const string P = "/api/v1/processes";

    public static TheoryData<string, string, int, string, string> Table => new()
    {
        // method, path, status, kind, a part of the message
        { "GET", "/", 404, "not-found", "/openapi.json describes" },
        { "GET", "/api", 404, "not-found", "/openapi.json" },
        { "GET", "/api/v1/proceses", 404, "not-found", "no such path" },
        { "GET", "/api/v2/processes", 404, "not-found", "no such path" },
        { "GET", "/api/v1/../../etc/passwd", 404, "not-found", "no such path" },
        { "GET", "/metrics", 404, "not-found", "no such path" },
        { "POST", P, 405, "method-not-allowed", "has GET, HEAD" },
        { "DELETE", P, 405, "method-not-allowed", "has GET, HEAD" },
        { "PUT", "/api/v1/tree", 405, "method-not-allowed", "has GET, HEAD" },
        { "OPTIONS", "/api/v1/groups", 405, "method-not-allowed", "has GET, HEAD" },
        { "TRACE", "/openapi.json", 405, "method-not-allowed", "has GET, HEAD" },
        { "GET", P + "?wher=pid=1", 400, "unknown-parameter", "did you mean 'where'?" },
        { "GET", P + "?page=2", 400, "unknown-parameter", "there are where, sort, order, limit, cursor" },
        { "GET", P + "?Where=pid=1", 400, "unknown-parameter", "did you mean 'where'?" },
        { "GET", "/api/v1/groups?limit=1", 400, "unknown-parameter", "it takes none" },
        { "GET", P + "?limit=1&limit=2", 400, "invalid-parameter", "given 2 times" },
        { "GET", P + "?limit=0", 400, "invalid-parameter", "a whole number from 1 to 5000" },
        { "GET", P + "?limit=5001", 400, "invalid-parameter", "a whole number from 1 to 5000" },
        { "GET", P + "?limit=-1", 400, "invalid-parameter", "not '-1'" },
        { "GET", P + "?limit=ten", 400, "invalid-parameter", "not 'ten'" },
        { "GET", P + "?limit=", 400, "invalid-parameter", "limit must be" },
        { "GET", P + "?limit=99999999999999999999", 400, "invalid-parameter", "a whole number" },
        { "GET", P + "?sort=mem", 400, "invalid-parameter", "sort must be one of" },
        { "GET", P + "?sort=memry", 400, "invalid-parameter", "did you mean 'memory'?" },
        { "GET", P + "?order=up", 400, "invalid-parameter", "one of asc, desc" },
        { "GET", P + "?cursor=x", 400, "invalid-parameter", "what an earlier page gave as next" },
        { "GET", P + "?cursor=e30", 400, "invalid-parameter", "what an earlier page gave as next" },
        { "GET", P + "?where=", 400, "invalid-expression", "is empty" },
        { "GET", P + "?where=memory", 400, "invalid-expression", "can't stand alone" },
        { "GET", P + "?where=memory+%3E", 400, "invalid-expression", "nothing follows" },
        { "GET", P + "?where=memry+%3E+1", 400, "invalid-expression", "did you mean 'memory'?" },
        { "GET", P + "?where=memory+%3E+5m", 400, "invalid-expression", "5m is a duration" },
        { "GET", P + "?where=name+%3E+%22a%22", 400, "invalid-expression", "does not apply" },
        { "GET", P + "?where=name+~+%22(%22", 400, "invalid-expression", "invalid pattern" },
        { "GET", P + "?where=pid%3D1+pid%3D2", 400, "invalid-expression", "expected 'and', 'or'" },
        { "GET", P + "?where=(((pid%3D1)", 400, "invalid-expression", "never closed" },
        { "GET", P + "/0", 400, "invalid-parameter", "or a pid" },
        { "GET", P + "/nginx", 400, "invalid-parameter", "not 'nginx'" },
        { "GET", P + "/2147483647", 404, "no-such-process", "no process 2147483647" },
        { "GET", P + "/1-1-00000000", 404, "no-such-process", "its pid is 1-" },
        { "GET", P + "/1?limit=1", 400, "unknown-parameter", "it takes none" },
        { "GET", P + "/1/history?signal=mem", 400, "invalid-parameter", "signal must be one of cpu, memory" },
        { "GET", P + "/1/history?signal=memry", 400, "invalid-parameter", "did you mean 'memory'?" },
        { "GET", P + "/1/history?since=yesterday", 400, "invalid-parameter", "a time such as 2026-01-02T03:04:05Z, or a duration" },
        { "GET", P + "/1-1-00000000/history", 404, "no-such-process", "Nothing is remembered" },
        { "GET", P + "?where=name+growing", 400, "invalid-expression", "growing" },
        { "GET", P + "?where=pid+%3D+1+for", 400, "invalid-expression", "for" },
        { "GET", P + "/1/nothing", 404, "not-found", "no such path" },
        { "GET", "/api/v1/tree?root=0", 400, "invalid-parameter", "or a pid" },
        { "GET", "/api/v1/tree?root=abc", 400, "invalid-parameter", "an identity such as" },
        { "GET", "/api/v1/tree?root=1-2-0000000G", 400, "invalid-parameter", "an identity such as" },
        { "GET", "/api/v1/tree?root=2147483647", 404, "no-such-process", "no process 2147483647" },
        { "GET", "/api/v1/tree?root=1-1-00000000", 404, "no-such-process", "its pid is 1-" },
        { "GET", "/api/v1/tree?format=xml", 400, "invalid-parameter", "one of json, text" },
        { "GET", "/api/v1/lifecycle?window=10", 400, "invalid-parameter", "a duration from 1s to 1d" },
        { "GET", "/api/v1/lifecycle?window=0s", 400, "invalid-parameter", "a duration from 1s" },
        { "GET", "/api/v1/lifecycle?window=2d", 400, "invalid-parameter", "to 1d" },
        { "GET", "/api/v1/events?since=-1", 400, "invalid-parameter", "a whole number" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task A_wrong_request_is_told_what_is_wrong(string method, string path, int status, string kind, string words)
    {
        Answer answer = await fixture.Client.Ask(new HttpMethod(method), path, fixture.Client.Admin);
        Assert.Equal((status, "application/problem+json", "urn:process-arsenal:problem:" + kind), (answer.Status, answer.MediaType, answer.Type));
        Assert.Contains(words, answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_in_an_expression_says_where()
    {
        Answer answer = await fixture.Client.Ask(HttpMethod.Get, P + "?where=pid+%3D+1+and+memry+%3E+1", fixture.Client.Admin);
        using var json = System.Text.Json.JsonDocument.Parse(answer.Body);
        Assert.Equal(("where", 12), (json.RootElement.GetProperty("parameter").GetString(), json.RootElement.GetProperty("position").GetInt32()));
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused()
    {
        string next = (await fixture.Client.Get(P + "?limit=1&sort=memory")).GetProperty("next").GetString()!;
        Assert.Equal(200, (await fixture.Client.Ask(HttpMethod.Get, $"{P}?limit=1&sort=memory&cursor={next}", fixture.Client.Admin)).Status);
        foreach (string other in (string[])["sort=cpu", "sort=memory&order=asc", "sort=memory&where=pid%3D1"])
            Assert.Contains("is of another list", (await fixture.Client.Ask(HttpMethod.Get, $"{P}?{other}&cursor={next}", fixture.Client.Admin)).Detail, StringComparison.Ordinal);
    }
}
