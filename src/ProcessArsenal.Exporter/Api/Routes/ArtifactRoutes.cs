using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>/api/v1/artifacts</c>: files that actions have left, of whatever kind.</summary>
internal static class ArtifactRoutes
{
    public const string Octets = "application/octet-stream";

    private const string Path = "/api/v1/artifacts", One = Path + "/{id}";

    public static readonly ApiParameter<string> Id = new("id", "Which one: its id.", "an id, the number of an action", static text => text.Length is > 0 and <= 20 ? text : null)
    {
        IsInPath = true,
        Schema = Parameters.Text(),
    };

    public static readonly ApiRoute[] All =
    [
        new()
        {
            Path = Path,
            Role = Role.Diagnose,
            Summary = "Lists files that actions have left, the latest first",
            Answer = ViewJson.Default.ArtifactListView,
            Handle = static request => JsonAnswer.WriteAsync(request.Http, new ArtifactListView([.. request.Services.Control.Artifacts.List().Reverse().Select(record => Show(request, record))]), ViewJson.Default.ArtifactListView),
        },
        new()
        {
            Path = One,
            Role = Role.Diagnose,
            Summary = "Describes a file that an action has left",
            Parameters = [Id],
            Answer = ViewJson.Default.ArtifactView,
            Handle = static request => JsonAnswer.WriteAsync(request.Http, Show(request, Find(request)), ViewJson.Default.ArtifactView),
        },
        new()
        {
            Method = HttpMethods.Delete,
            Path = One,
            Role = Role.Operate,
            Summary = "Removes a file that an action has left; what is in the ledger stays",
            Parameters = [Id],
            Answer = ViewJson.Default.ArtifactView,
            Handle = static request =>
            {
                ArtifactRecord record = Find(request);
                if (!request.Services.Control.RemoveArtifact(record, request.Token.Name)) throw new ProblemException(Problem.NotTraced($"The {record.Kind} {record.Id} is written still: end it, or ask again when that is done.", record.Action));
                return JsonAnswer.WriteAsync(request.Http, ArtifactView.Of(record), ViewJson.Default.ArtifactView);
            },
        },
        new()
        {
            Path = One + "/download",
            Role = Role.Diagnose,
            Summary = "Gives a file that an action has left; dumps take the role operate",
            Parameters = [Id],
            OtherMediaType = Octets,
            IsExpensive = true,
            Handle = static request => DownloadAsync(request, Find(request)),
        },
    ];

    /// <summary>Gives the file of one as it is, if it is as it was written.</summary>
    /// <exception cref="ProblemException">It is not, or it is written still, or the token may not have it.</exception>
    public static async Task DownloadAsync(ApiRequest request, ArtifactRecord record)
    {
        ArtifactStore store = request.Services.Control.Artifacts;
        if (!request.Token.Role.Allows(record.Role))
            throw new ProblemException(Problem.Forbidden($"A {record.Kind} takes the role {record.Role.Name()}, as it holds what the process had in its memory, and the token '{request.Token.Name}' has {request.Token.Role.Name()}."));
        if (!record.IsDone) throw new ProblemException(Problem.NotTraced($"The {record.Kind} {record.Id} is written still: ask again when that is done.", record.Action));
        if (record.Wrong is null && await store.WhatIsWrongInsideAsync(record) is { } wrong) throw new ProblemException(Problem.NotTraced($"The {record.Kind} {record.Id} can't be given as it was written: {wrong}.", record.Action));
        using Microsoft.Win32.SafeHandles.SafeFileHandle? handle = Procfs.OwnFile.Open(store.FileOf(record), out string? refused);
        if (handle is null) throw new ProblemException(Problem.NotTraced($"The file of the {record.Kind} {record.Id} {refused ?? "is gone"}.", record.Action));
        Describe(request.Http.Response, Octets, record, ExtensionOf(record.FileName));
        using var file = new FileStream(handle, FileAccess.Read);
        request.Http.Response.ContentLength = file.Length;
        if (!HttpMethods.IsHead(request.Http.Request.Method)) await file.CopyToAsync(request.Http.Response.Body, request.Aborted);
    }

    /// <summary>Says what is sent, and what a browser may call it.</summary>
    public static void Describe(HttpResponse response, string mediaType, ArtifactRecord record, string extension)
    {
        response.ContentType = mediaType;
        response.Headers.ContentDisposition = $"attachment; filename=\"{record.Kind}-{record.Id}{extension}\"";
    }

    /// <summary>With its dot, all of it; a core has none.</summary>
    internal static string ExtensionOf(string name) => name.IndexOf('.', StringComparison.Ordinal) is >= 0 and int dot ? name[dot..] : $".{name}";

    private static ArtifactRecord Find(ApiRequest request)
    {
        string id = request.Get(Id)!;
        return request.Services.Control.Artifacts.Find(id) ?? throw new ProblemException(Problem.NotFound($"There is no artifact {Telemetry.Text.Quoting.Cap(id)}: GET {Path} lists those that are kept (artifacts.max_size, artifacts.max_age)."));
    }

    /// <summary>With how far one is that goes on.</summary>
    private static ArtifactView Show(ApiRequest request, ArtifactRecord record)
    {
        Hosting.ControlService control = request.Services.Control;
        ArtifactRecord? now = record.IsDone ? null : (ArtifactRecord?)control.Traces.Find(record.Id) ?? control.Dumps.Find(record.Id);
        return ArtifactView.Of(now ?? record);
    }
}
