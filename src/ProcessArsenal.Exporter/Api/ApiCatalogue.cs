using ProcessArsenal.Exporter.Api.Routes;

namespace ProcessArsenal.Exporter.Api;

/// <summary>Every route of the control listener. A new one is a file and a line here.</summary>
internal static class ApiCatalogue
{
    public static readonly ApiRoute[] Routes =
    [
        ProcessList.Route,
        OneProcess.Route,
        ProcessHistoryRoute.Route,
        ProcessTreeRoute.Route,
        GroupList.Route,
        Analysis.Route,
        SupervisorList.Route,
        FlowRoutes.Get,
        FlowRoutes.Post,
        HealthRoute.Route,
        StatsRoute.Route,
        Lifecycle.Route,
        Events.Route,
        .. ActionRoutes.All,
        .. ChildRoutes.All,
        BatchRoute.Route,
        .. TraceRoutes.All,
        TraceEventsRoute.Route,
        .. DumpRoutes.All,
        SnapshotRoute.Route,
        .. ArtifactRoutes.All,
        .. AlertRoutes.All,
        ActionList.Route,
        OneAction.Route,
        .. PolicyRoutes.All,
        .. ApprovalRoutes.All,
        ExplainRoute.Route,
        PauseRoutes.Get,
        PauseRoutes.Post,
        PauseRoutes.Delete,
        OpenApiRoute.Route,
    ];
}
