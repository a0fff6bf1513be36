using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Api;

/// <summary>What every request passes, in this order: it asks for us and not through another site, carries nothing that nobody wants, says who it is, may do
/// what it asks for, and asks no more than it may. There is no way around it: it is the only thing that calls a route.</summary>
internal sealed partial class Gate(TokenStore tokens, HostRule hosts, RequestLimits limits, ApiServices services, ILogger<Gate> logger)
{
    /// <summary>What a wrong token costs, while the connection is held.</summary>
    private static readonly TimeSpan WrongTokenDelay = TimeSpan.FromMilliseconds(200);

    private readonly LogBudget _budget = new(perMinute: 60, services.Time);

    /// <param name="route">What is asked for; null if there is no such thing.</param>
    /// <param name="otherwise">What to answer then, to somebody whom we know.</param>
    /// <param name="stopping">Streams end with it.</param>
    public async Task PassAsync(HttpContext http, ApiRoute? route, Problem? otherwise, CancellationToken stopping)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        try
        {
            CheckOrigin(http.Request);
            CheckBody(http, route);
            AccessToken token = await AuthenticateAsync(http);
            if (route is null) throw new ProblemException(otherwise!);
            if (!token.Role.Allows(route.Role))
                throw new ProblemException(Problem.Forbidden($"{route.Method} {route.Path} takes the role {route.Role.Name()}, and the token '{token.Name}' has {token.Role.Name()}."));
            bool isStream = route.Streams(http.Request);
            using IDisposable? taken = route.HasOwnLimit ? null : await limits.EnterAsync(token, isStream, route.IsExpensive, http.RequestAborted);
            CancellationToken hungUp = http.RequestAborted;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(hungUp, stopping);
            if (isStream) http.RequestAborted = either.Token;
            var request = new ApiRequest(http, route, token, services) { HungUp = hungUp };
            await request.ReadBodyAsync();
            await route.Handle(request);
        }
        catch (ProblemException e) when (!http.Response.HasStarted)
        {
            if (e.Problem.Status is 401 or 403 or 413 or 429) Refused(http, e.Problem);
            await e.Problem.WriteAsync(http);
        }
        catch (ControlException e)
        {
            if (e.Kind == ControlFault.NotRecorded) services.Control.NotRecorded(e.Message);
            await (e.Kind switch
            {
                ControlFault.Forbidden => Problem.Forbidden(e.Message),
                ControlFault.KeyConflict => Problem.KeyConflict(e.Message),
                _ => Problem.NotRecorded(e.Message),
            }).WriteAsync(http);
        }
        catch (FlowsBusyException e)
        {
            await Problem.TooManyRequests(e.Message, 5).WriteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for it any more.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.Failed(logger, e, http.Request.Method, Quoting.Cap(http.Request.Path.Value ?? ""));
            if (http.Response.HasStarted) http.Abort(); // A part must not pass for the whole.
            else await Problem.Internal("This is a mistake of ours; the log says which.").WriteAsync(http);
        }
    }

    private void CheckOrigin(HttpRequest request)
    {
        if (!hosts.Allows(request.Host.Host))
            throw new ProblemException(Problem.HostRefused(
                $"'{Quoting.Cap(request.Host.Value ?? "")}' is no name of this host here: ask by its address, localhost, its own name or one of its certificate (the Host header is checked, since a web page may have any name resolve to us)."));
        bool isSame = request.Headers.Origin.Count == 0 || (request.Headers.Origin is [{ } origin] && origin.Equals($"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase));
        StringValues site = request.Headers["Sec-Fetch-Site"];
        if (!isSame || site is ["cross-site" or "same-site"])
            throw new ProblemException(Problem.CrossSite("A page of another site asked for this in a browser. Ask from outside of a browser, or from a page of this host."));
    }

    private static void CheckBody(HttpContext http, ApiRoute? route)
    {
        if (route is { MostBody: > 0 and var most })
        {
            http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = most;
            if (http.Request.ContentLength is not { } length || length <= most) return;
            http.Response.Headers.Connection = "close";
            throw new ProblemException(Problem.BodyTooLarge(FormattableString.Invariant($"{route.Method} {route.Path} takes no more than {most} bytes.")));
        }
        bool hasBody = http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0;
        if (!hasBody) return;
        http.Response.Headers.Connection = "close"; // Rather than read it to its end.
        throw new ProblemException(Problem.BodyTooLarge($"{http.Request.Method} {Quoting.Cap(http.Request.Path.Value ?? "")} takes no body: send none."));
    }

    private async ValueTask<AccessToken> AuthenticateAsync(HttpContext http)
    {
        const string Bearer = "Bearer ";
        string? header = http.Request.Headers.Authorization is [{ } only] ? only : null;
        if (header is null || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(Problem.Unauthorized(http.Request.Headers.Authorization.Count > 1
                ? "There is more than one Authorization header: send one." : $"Send a token: 'Authorization: Bearer ...'. The first is in {TokenFile.AdminToken} of the state directory."));
        }
        if (tokens.Find(header[Bearer.Length..].Trim()) is { } token) return token;
        IPAddress source = http.Connection.RemoteIpAddress ?? IPAddress.None;
        if (limits.WrongToken(source) is { } seconds)
            throw new ProblemException(Problem.TooManyRequests($"More than {RequestLimits.Wrong} wrong tokens came from {source} within a minute.", seconds));
        await Task.Delay(WrongTokenDelay, services.Time, http.RequestAborted);
        throw new ProblemException(Problem.Unauthorized("This token is not known, has expired or was revoked: process-arsenal token list"));
    }

    private void Refused(HttpContext http, Problem problem)
    {
        if (_budget.Take() is not { } left) return;
        Log.Refused(logger, http.Connection.RemoteIpAddress, http.Request.Method, Quoting.Cap(http.Request.Path.Value ?? ""), problem.Status, problem.Title, left);
    }

    private static partial class Log
    {
        [LoggerMessage(500, LogLevel.Warning, "Refused {Source}: {Method} {Path}: {Status} {Title}{Omitted}")]
        public static partial void Refused(ILogger logger, IPAddress? source, string method, string path, int status, string title, string omitted);

        [LoggerMessage(501, LogLevel.Error, "{Method} {Path} failed")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string path);
    }
}
