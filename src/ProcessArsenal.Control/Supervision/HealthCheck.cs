using System.Net;

namespace ProcessArsenal.Control.Supervision;

/// <summary>Asks a child by HTTP whether it is well. Nothing of the answer but its status is read, and no redirect is followed.</summary>
internal sealed class HealthCheck : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        MaxResponseHeadersLength = 32, // KiB
        PooledConnectionLifetime = TimeSpan.Zero, // Each time a new connection: that it can be made is what is asked, too.
    })
    {
        Timeout = Timeout.InfiniteTimeSpan, // Each has its own.
    };

    /// <summary>Asks once.</summary>
    /// <returns>Null if it is well; else why not.</returns>
    public async Task<string?> AskAsync(HealthSpec spec, TimeProvider time, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(spec.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, spec.Http);
            using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            int status = (int)response.StatusCode;
            return status < (int)HttpStatusCode.BadRequest ? null : FormattableString.Invariant($"{Shown(spec)} answers {status}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return FormattableString.Invariant($"{Shown(spec)} did not answer within {spec.Timeout.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException)
        {
            return $"{Shown(spec)} can't be asked: {e.Message}";
        }
    }

    /// <summary>Asks again and again, until it is cancelled.</summary>
    /// <param name="answered">Null if it is well; else why not.</param>
    public async Task RunAsync(HealthSpec spec, Action<string?> answered, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(spec.Interval, time, cancellation).ConfigureAwait(false);
                answered(await AskAsync(spec, time, cancellation).ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException)
        {
            // Its life is over, or we are.
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Without its query, which may have a secret in it.</summary>
    private static string Shown(HealthSpec spec) => spec.Http.Query.Length == 0 ? spec.Http.ToString() : $"{spec.Http.GetLeftPart(UriPartial.Path)}?...";
}
