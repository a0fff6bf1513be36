using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>GET /api/v1/processes/{id}</c>: one process in full, looked at there and then: the only route that asks the kernel.</summary>
internal static class OneProcess
{
    public static readonly ApiRoute Route = new()
    {
        Path = "/api/v1/processes/{id}",
        Role = Role.Viewer,
        Summary = "Inspects a process",
        Parameters = [Parameters.Id],
        Answer = ViewJson.Default.ProcessInspection,
        IsExpensive = true,
        Handle = HandleAsync,
    };

    private static async Task HandleAsync(ApiRequest request)
    {
        ProcessName name = request.Get(Parameters.Id)!;
        InspectionSubject subject = request.Services.Look(snapshot => InspectionSubject.Of(snapshot, snapshot.Resolve(name)));
        // Never smaps_rollup: what the tick has read of it by its budget is in the snapshot.
        ProcessInspection inspection = await request.Services.Inspector.InspectAsync(subject, new InspectionOptions(), readSmaps: false, request.Aborted)
            ?? throw new ProblemException(Problem.NoSuchProcess($"The process {subject.Identity} has ended since it was sampled. GET /api/v1/lifecycle tells how."));
        if (request.Services.Supervision.OwnerOf(subject.Identity) is { } child)
            inspection.Supervisor = new Supervision("process-arsenal", child.Name.ToString(), $"it is the child {child.Name} of a supervisor of ours, started again as its restart type says ({child.Spec.Restart.ToString().ToLowerInvariant()})", $"process-arsenal restart {child.Name}");
        await JsonAnswer.WriteAsync(request.Http, inspection, ViewJson.Default.ProcessInspection);
    }
}
