using System.Globalization;
using System.Text.Json.Nodes;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Telemetry.Tracing.Profiles;
using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>/api/v1/traces</c>: recordings of processes.</summary>
internal static class TraceRoutes
{
    private const string Path = "/api/v1/traces", One = Path + "/{id}", Recording = "nettrace";
    private const int MostWanted = 20;

    public static readonly ApiParameter<string> Id = ArtifactRoutes.Id;

    private static readonly ApiParameter<ProcessName> Target = new("target", "Which process: an identity, or a pid, which means whoever has it now.", "an identity such as 4711-65123-ab12cd34, or a pid", ProcessName.Parse)
    {
        Schema = new JsonObject { ["type"] = new JsonArray("string", "integer") },
    };

    private static readonly ApiParameter<string> Preset = Parameters.Choice(
        "preset", $"What one wants to know. {string.Join("; ", TraceOrder.Presets.Select(static preset => $"{preset.Name}: {preset.Help}"))}.", [.. TraceOrder.Presets.Select(static preset => preset.Name)]);

    private static readonly ApiList<string> Presets = new("presets", "Several of them together.", Preset, MostWanted)
    {
        Schema = new JsonObject { ["type"] = "array", ["maxItems"] = MostWanted, ["items"] = Preset.Schema.DeepClone() },
    };

    private static readonly ApiList<string> Providers = new(
        "providers", "Providers of events, beside presets or instead: NAME:KEYWORDS[:LEVEL], keywords in hexadecimal digits, level 1 to 5.",
        new ApiParameter<string>("providers", "", "NAME:KEYWORDS[:LEVEL], such as Microsoft-Windows-DotNETRuntime:0x1:4, none of activities (Microsoft-Diagnostics-DiagnosticSource), which is in use, and no keyword that has a runtime collect (0x800000)", static text => text.Contains(':') && TraceOrder.IsKnown(text) ? text : null) { Schema = Parameters.Text() }, MostWanted)
    {
        Schema = new JsonObject { ["type"] = "array", ["maxItems"] = MostWanted, ["items"] = Parameters.Text() },
    };

    private static readonly ApiParameter<object> Duration = Parameters.Duration("duration", "How long.", TimeSpan.FromSeconds(1), TraceOrder.LongestDuration, TraceOrder.UsualDuration);

    private static readonly ApiParameter<object> MostBytes = Parameters.Long("max_bytes", "Bytes of the file, at which it is ended; what its methods are called comes on top.", 1 << 20, TraceOrder.MostBytes, TraceOrder.UsualBytes);

    private static readonly ApiParameter<object> MostEvents = Parameters.Long("max_events", "Events, at which it is ended; what its methods are called comes on top.", 1, TraceOrder.MostEvents, TraceOrder.UsualEvents);

    private static readonly ApiParameter<NamePattern> Method = new(
        EventFilterParameters.Method.Name, "Methods that more is to be said of, with who calls them and what they call: a part of their name, or the whole with * and ?, without regard to case.", "the name of a method, or a part of it", NamePattern.Parse)
    { Schema = EventFilterParameters.Method.Schema };

    private static readonly ApiParameter<string> Format = Parameters.Choice("format", "In which form; else as it is: nettrace, for dotnet-trace, PerfView and Visual Studio, or the profile by the kernel's samples, which has the other three alone.", [Recording, .. ProfileFormats.All.Select(static format => format.Name)]);

    public static readonly ApiRoute[] All =
    [
        new()
        {
            Method = HttpMethods.Post,
            Path = Path,
            Role = Role.Diagnose,
            Summary = "Records a process for a while",
            Body = [Target, Preset, Presets, Providers, Duration, MostBytes, MostEvents, EventFilterParameters.Filters, .. ActionBody.Common],
            Answer = ViewJson.Default.TraceRecord,
            Handle = BeginAsync,
        },
        new()
        {
            Path = Path,
            Role = Role.Diagnose,
            Summary = "Lists recordings, the latest first",
            Answer = ViewJson.Default.TraceListView,
            Handle = static request => AnswerAsync(request, request.Services.Control.Traces.List()),
        },
        new()
        {
            Method = HttpMethods.Delete,
            Path = Path,
            Role = Role.Diagnose,
            Summary = "Ends all recordings that go on; what they have is kept",
            Answer = ViewJson.Default.TraceListView,
            Handle = static async request =>
            {
                TraceSessions traces = request.Services.Control.Traces;
                TraceRecord[] running = [.. traces.List().Where(static record => record.State == TraceState.Recording)];
                await Task.WhenAll(running.Select(record => traces.StopAsync(record.Id, request.Aborted)));
                await AnswerAsync(request, [.. running.Select(record => traces.Find(record.Id)).OfType<TraceRecord>()]);
            },
        },
        new()
        {
            Path = One,
            Role = Role.Diagnose,
            Summary = "Says how a recording stands",
            Parameters = [Id],
            Answer = ViewJson.Default.TraceRecord,
            Handle = static request => AnswerAsync(request, Find(request)),
        },
        new()
        {
            Method = HttpMethods.Delete,
            Path = One,
            Role = Role.Diagnose,
            Summary = "Ends a recording; what it has is kept",
            Parameters = [Id],
            Answer = ViewJson.Default.TraceRecord,
            Handle = static async request =>
            {
                await request.Services.Control.Traces.StopAsync(Find(request).Id, request.Aborted);
                await AnswerAsync(request, Find(request));
            },
        },
        new()
        {
            Path = One + "/report",
            Role = Role.Diagnose,
            Summary = "Says what a recording tells",
            Parameters = [Id, Method],
            Answer = ViewJson.Default.TraceReport,
            IsExpensive = true,
            Handle = static async request => await JsonAnswer.WriteAsync(request.Http, (await DigestAsync(request)).Report, ViewJson.Default.TraceReport),
        },
        new()
        {
            Path = One + "/download",
            Role = Role.Diagnose,
            Summary = "Gives a recording, for other tools",
            Parameters = [Id, Format],
            OtherMediaType = ArtifactRoutes.Octets,
            IsExpensive = true,
            Handle = DownloadAsync,
        },
    ];

    private static async Task BeginAsync(ApiRequest request)
    {
        ProcessName name = request.Get(Target) ?? throw new ProblemException(Problem.InvalidParameter("target", "target is needed: the identity or the pid of the process to record."));
        if (request.Get(Presets) is { } several && (several.Length == 0 || request.Get(Preset) is not null)) throw new ProblemException(Problem.InvalidParameter("presets", "presets must be a list of at least one, and preset must not be given beside it."));
        string[] wanted = [.. (request.Get(Preset) is { } preset ? [preset] : request.Get(Presets) ?? []), .. request.Get(Providers) ?? []];
        if (wanted.Length > 1 && wanted.FirstOrDefault(TraceOrder.StandsAlone) is { } alone) throw new ProblemException(Problem.InvalidParameter("presets", $"{alone} stands alone: nothing else can be recorded with it, as another source tells it."));
        var order = new TraceOrder
        {
            For = wanted.Length > 0 ? wanted : [TraceOrder.Presets[0].Name],
            Duration = request.Get(Duration) as TimeSpan? ?? TraceOrder.UsualDuration,
            Bytes = request.Get(MostBytes) as long? ?? TraceOrder.UsualBytes,
            Events = request.Get(MostEvents) as long? ?? TraceOrder.UsualEvents,
            Filters = request.Get(EventFilterParameters.Filters),
        };
        ControlRequest action = ActionBody.Read(request, new TraceAction(request.Services.Control.Traces, order), TargetSelection.Of(ActionBody.Resolve(request, name)), isPreview: false, maxTargets: 1);
        TargetResult result = (await request.Services.Control.Pipeline.RunAsync(action, request.Aborted)).Targets[0];
        string who = result.Target.Identity.ToString();
        if (action.IsPreview) throw new ProblemException(result.Outcome is OutcomeKind.Refused ? Problem.Refused($"trace of {who} would be refused: {result.Reason}", result.Guard, null) : Problem.InvalidParameter("dry_run", $"{who} may be recorded; leave dry_run out to do so."));
        if (result.Outcome == OutcomeKind.Refused) throw new ProblemException(Problem.Refused($"trace of {who} is refused: {result.Reason?.TrimEnd('.')}.", result.Guard, result.Action));
        string id = result.Action!.Value.ToString(CultureInfo.InvariantCulture);
        if (request.Services.Control.Traces.Find(id) is not { } record) throw new ProblemException(Problem.NotTraced($"{who} is not recorded: {result.Reason?.TrimEnd('.')}.", result.Action));
        await AnswerAsync(request, record);
    }

    public static TraceRecord Find(ApiRequest request)
    {
        string id = request.Get(Id)!;
        return request.Services.Control.Traces.Find(id) ?? throw new ProblemException(Problem.NotFound($"There is no recording {Telemetry.Text.Quoting.Cap(id)}: GET {Path} lists those that are kept (artifacts.max_size, artifacts.max_age)."));
    }

    /// <summary>Reads a recording.</summary>
    /// <exception cref="ProblemException">It can't be read.</exception>
    public static async Task<T> ReadAsync<T>(TraceRecord record, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new ProblemException(Problem.NotTraced($"Recording {record.Id} can't be read: {e.Message}", record.Action));
        }
    }

    private static Task<TraceDigest> DigestAsync(ApiRequest request)
    {
        TraceRecord record = Finished(request);
        NamePattern? method = request.Get(Method) ?? (record.Filters?.Method is { } usual ? NamePattern.Parse(usual) : null);
        return ReadAsync(record, () => request.Services.Control.Traces.Reading.DigestAsync(record, method, request.Aborted));
    }

    /// <summary>One that has ended, and whose file is as it was written, as far as it was.</summary>
    public static TraceRecord Whole(ApiRequest request)
    {
        TraceRecord record = Finished(request);
        return record.Wrong is not null || request.Services.Control.Traces.Reading.WhatIsWrong(record) is not { } wrong ? record
            : throw new ProblemException(Problem.NotTraced($"Recording {record.Id} can't be given as it was recorded: {wrong}.", record.Action));
    }

    private static TraceRecord Finished(ApiRequest request)
    {
        TraceRecord record = Find(request);
        return record.State == TraceState.Done ? record
            : throw new ProblemException(Problem.NotTraced($"Recording {record.Id} goes on: ask again when its state is done, or end it with DELETE {Path}/{record.Id}.", record.Action));
    }

    private static async Task DownloadAsync(ApiRequest request)
    {
        TraceRecord record = Finished(request);
        string? format = request.Get(Format);
        HttpResponse response = request.Http.Response;
        if (format == Recording && record.IsNative) throw new ProblemException(Problem.NotTraced($"Recording {record.Id} is of the kernel's samples, and has no events to be given as {Recording}: ask for {string.Join(", ", ProfileFormats.All.Select(static known => known.Name))}.", record.Action));
        if (format is null or Recording)
        {
            await ArtifactRoutes.DownloadAsync(request, record);
            return;
        }
        ProfileFormat known = ProfileFormats.Find(format)!;
        TraceDigest digest = await DigestAsync(request);
        if (!digest.HasProfile) throw new ProblemException(Problem.NotTraced($"Recording {record.Id} has no samples of stacks, so there is nothing for {format}: record with preset profile, native or cpu.", record.Action));
        using var stream = new MemoryStream();
        digest.Export(known, stream);
        ArtifactRoutes.Describe(response, known.MediaType, record, known.Extension);
        response.ContentLength = stream.Length;
        stream.Position = 0;
        await stream.CopyToAsync(response.Body, request.Aborted);
    }

    private static Task AnswerAsync(ApiRequest request, TraceRecord record) => JsonAnswer.WriteAsync(request.Http, record, ViewJson.Default.TraceRecord);

    private static Task AnswerAsync(ApiRequest request, IReadOnlyList<TraceRecord> records) => JsonAnswer.WriteAsync(request.Http, new TraceListView(records), ViewJson.Default.TraceListView);
}
