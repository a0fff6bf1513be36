using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Commands;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/tree</c>: who started whom.</summary>
internal static class ProcessTreeRoute
{
    private static readonly ApiParameter<ProcessName> Root = new(
        "root", "Only this process and what is below it: an identity or a pid.", "an identity such as 4711-65123-ab12cd34, or a pid", ProcessName.Parse)
    { Schema = Parameters.Text() };

    private static readonly ApiParameter<string> Format = Parameters.Choice("format", "Default: json.", "json", "text");

    private static readonly ApiParameter<string> Kernel = Parameters.Choice("kernel", "Kernel threads too. Default: false.", "true", "false");

    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/tree",
        Role = Role.Viewer,
        Summary = "Shows processes as trees of parents and children",
        Parameters = [Root, Format, Kernel],
        Answer = ViewJson.Default.TreeView,
        OtherMediaType = "text/plain",
        Handle = HandleAsync,
    };

    private static async Task HandleAsync(ApiRequest request)
    {
        ProcessName? root = request.Get(Root);
        bool kernel = request.Get(Kernel) == "true";
        TreeView tree = request.Services.Look(snapshot =>
        {
            if (root is not null) snapshot.Resolve(root);
            return new TreeView(snapshot.Time, ProcessForest.Of(snapshot, root?.Pid, kernel || root is not null));
        });
        if (request.Get(Format) != "text")
        {
            await JsonAnswer.WriteAsync(request.Http, tree, ViewJson.Default.TreeView);
            return;
        }
        request.Http.Response.ContentType = "text/plain; charset=utf-8";
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        Terminal.Write(text, TreeCommand.Render(tree.Roots), colours: false);
        if (!HttpMethods.IsHead(request.Http.Request.Method)) await request.Http.Response.WriteAsync(text.ToString(), request.Aborted);
    }
}
