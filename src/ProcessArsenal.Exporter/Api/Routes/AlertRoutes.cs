using System.Diagnostics;
using System.Globalization;
using System.Net;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Api.Routes;

/// <summary><c>/api/v1/alerts</c>: Alertmanager's webhook, and what came of it. A delivery is answered once it is on the disk; nothing is done within the request.</summary>
internal static class AlertRoutes
{
    private const string Path = "/api/v1/alerts";
    private const int UsualLimit = 100, RetrySoon = 1, RetryLater = 30;

    /// <summary>Bytes of bodies that are read at once; beyond, deliveries are told to come again.</summary>
    private const long MostBytesAtOnce = 4L * AlertmanagerMessage.MostBytes;

    private static readonly ApiParameter<string> State = Parameters.Choice("state", "Only those that are open, or that have ended.", "open", "ended");

    private static readonly ApiParameter<object> Limit = Parameters.Number("limit", "How many.", 1, IncidentQueries.MostAtOnce, UsualLimit);

    private static readonly ApiParameter<object> Cursor = new("cursor", "Where to go on: next of the answer before.", "what an answer before gave as next", static text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null)
    {
        Schema = Parameters.Text(),
    };

    private static long _bytes;

    public static readonly ApiRoute[] All =
    [
        new()
        {
            Method = HttpMethods.Post,
            Path = Path,
            Role = Role.Responder,
            Summary = "Takes a delivery of Alertmanager's webhook (version 4)",
            MostBytes = AlertmanagerMessage.MostBytes,
            HasOwnLimit = true,
            Success = StatusCodes.Status202Accepted,
            Answer = ViewJson.Default.DeliveryView,
            Handle = ReceiveAsync,
        },
        new()
        {
            Path = Path,
            Role = Role.Viewer,
            Summary = "Lists incidents: alerts from their first delivery to their end, the latest first",
            Parameters = [State, Limit, Cursor],
            Answer = ViewJson.Default.IncidentListView,
            IsExpensive = true,
            Handle = static async request =>
            {
                bool? isOpen = request.Get(State) is { } state ? state == "open" : null;
                IncidentPage page = IncidentQueries.List(ActionList.LedgerOf(request).Reader, request.Get(Cursor) as long?, request.Get(Limit) as int? ?? UsualLimit, isOpen);
                var view = new IncidentListView([.. page.Incidents.Select(IncidentView.Of)]) { Next = page.Next?.ToString(CultureInfo.InvariantCulture) };
                await JsonAnswer.WriteAsync(request.Http, view, ViewJson.Default.IncidentListView);
            },
        },
    ];

    private static async Task ReceiveAsync(ApiRequest request)
    {
        ControlService control = request.Services.Control;
        long bytes = request.Http.Request.ContentLength ?? AlertmanagerMessage.MostBytes;
        try
        {
            if (Interlocked.Add(ref _bytes, bytes) > MostBytesAtOnce) throw Overloaded(control, request, "Too much is being delivered at once: send it again.");
            AlertmanagerMessage message = Parse(control, await RequestBody.BytesAsync(request.Http, AlertmanagerMessage.MostBytes));
            long began = request.Services.Time.GetTimestamp();
            AlertIntake intake = control.Alerts ?? throw NotRecorded(control, request, $"There is no ledger now: {control.Trouble}");
            DeliveryReceipt receipt = await RecordAsync(intake, message, control, request);
            control.Delivered(message, receipt, request.Services.Time.GetElapsedTime(began));
            Activity.Current?.SetTag("process_controller.delivery", DeliveryView.IdOf(receipt)); // By that the spans of what follows name it.
            request.Http.Response.StatusCode = StatusCodes.Status202Accepted;
            await JsonAnswer.WriteAsync(request.Http, DeliveryView.Of(receipt), ViewJson.OneLine.DeliveryView);
        }
        finally
        {
            Interlocked.Add(ref _bytes, -bytes);
        }
    }

    private static AlertmanagerMessage Parse(ControlService control, ReadOnlyMemory<byte> body)
    {
        try
        {
            return AlertmanagerMessage.Parse(body.Span);
        }
        catch (AlertMessageException e)
        {
            control.NotDelivered(e.IsTooLarge ? DeliveryFault.TooLarge : DeliveryFault.Invalid, e.Message);
            throw new ProblemException(e.IsTooLarge ? Problem.BodyTooLarge(e.Message) : Problem.InvalidBody(e.Message));
        }
    }

    private static async Task<DeliveryReceipt> RecordAsync(AlertIntake intake, AlertmanagerMessage message, ControlService control, ApiRequest request)
    {
        try
        {
            return await intake.ReceiveAsync(message, request.Http.Connection.RemoteIpAddress is { } source && IPAddress.IsLoopback(source));
        }
        catch (LedgerException e) when (e.Fault == LedgerFault.Overloaded)
        {
            throw Overloaded(control, request, e.Message);
        }
        catch (LedgerException e)
        {
            throw NotRecorded(control, request, e.Message);
        }
    }

    private static ProblemException Overloaded(ControlService control, ApiRequest request, string detail) => Refused(control, request, DeliveryFault.Overloaded, detail, RetrySoon);

    private static ProblemException NotRecorded(ControlService control, ApiRequest request, string detail) => Refused(control, request, DeliveryFault.NotRecorded, detail, RetryLater);

    private static ProblemException Refused(ControlService control, ApiRequest request, DeliveryFault fault, string detail, int retryAfter)
    {
        control.NotDelivered(fault, detail);
        if (request.Http.Request.ContentLength is null or > RequestBody.Most) request.Http.Response.Headers.Connection = "close"; // Rather than read what may be left of it.
        return new ProblemException(Problem.DeliveryNotRecorded(detail, retryAfter));
    }
}
