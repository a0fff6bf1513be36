using System.Text;
using System.Text.Json;
using ProcessArsenal.Control.Authorization;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /openapi.json</c>: what there is to ask for.</summary>
internal static class OpenApiRoute
{
    private static readonly Lazy<byte[]> Document = new(static () => Encoding.UTF8.GetBytes(OpenApiDocument.Make().ToJsonString(Options) + "\n"));

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    public static readonly ApiRoute Route = new()
    {
        Path = "/openapi.json",
        Role = Role.Viewer,
        Summary = "Describes this interface by OpenAPI",
        OtherMediaType = JsonAnswer.MediaType,
        Handle = static async request =>
        {
            request.Http.Response.ContentType = JsonAnswer.MediaType;
            if (!HttpMethods.IsHead(request.Http.Request.Method)) await request.Http.Response.Body.WriteAsync(Document.Value, request.Aborted);
        },
    };
}
