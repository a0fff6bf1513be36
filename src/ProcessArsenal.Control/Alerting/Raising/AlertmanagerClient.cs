using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ProcessArsenal.Control.Alerting.Raising;

/// <summary>Raises alerts in Alertmanager by its API, at all replicas, as Prometheus does: each is sent again before it would be taken for resolved, until it is resolved or its time is over. If we
/// end, it resolves itself within minutes.</summary>
public sealed class AlertmanagerClient : IAsyncDisposable
{
    /// <summary>Alerts that are raised at once.</summary>
    public const int MostOpen = 100;

    private const string Path = "api/v2/alerts", Name = "alertname";
    private const int MostOfAnswer = 4096, MostShown = 300;

    /// <summary>How long a replica is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How often it is looked whether something is to be said again.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, OpenAlert> _open = [];
    private readonly Func<ImmutableArray<Uri>> _replicas;
    private readonly Func<IReadOnlyDictionary<string, string>> _host;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;

    /// <param name="replicas">Where Alertmanager is: all of its replicas, as one does not tell another of alerts that it is sent.</param>
    /// <param name="host">Labels of this host, which alerts get.</param>
    public AlertmanagerClient(Func<ImmutableArray<Uri>> replicas, Func<IReadOnlyDictionary<string, string>> host, TimeProvider time)
    {
        (_replicas, _host, _time) = (replicas, host, time);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = Patience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // A name may come to mean another address.
            MaxConnectionsPerServer = 4,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // Each request has its own.
            MaxResponseContentBufferSize = MostOfAnswer,
        };
        _sending = Task.Run(SendAgainAsync);
    }

    /// <summary>A replica was told something; the second is whether it took it.</summary>
    public Action<Uri, bool>? Sent { get; init; }

    /// <summary>There is somebody in whom alerts can be raised.</summary>
    public bool IsConfigured => _replicas() is { IsDefaultOrEmpty: false };

    /// <summary>Where, for people.</summary>
    public string Where => _replicas() is { IsDefaultOrEmpty: false } replicas ? string.Join(", ", replicas.Select(static replica => replica.AbsoluteUri.TrimEnd('/'))) : "";

    /// <summary>By what an alert with these labels is known to Alertmanager.</summary>
    /// <exception cref="RaiseException">It is none.</exception>
    internal string FingerprintOf(IReadOnlyDictionary<string, string> labels) => AlertFingerprint.Text(AlertFingerprint.Of(WithHost(labels)));

    /// <summary>Alerts that are raised.</summary>
    public int Open
    {
        get
        {
            lock (_lock) return _open.Count;
        }
    }

    /// <summary>Raises an alert, or says that it goes on.</summary>
    /// <exception cref="RaiseException">It is none, there is no Alertmanager, or too many are raised already.</exception>
    public async Task<RaiseResult> RaiseAsync(RaisedAlert alert, CancellationToken cancellation = default)
    {
        ImmutableArray<Uri> replicas = Replicas();
        Dictionary<string, string> labels = WithHost(alert.Labels);
        ulong fingerprint = AlertFingerprint.Of(labels);
        DateTimeOffset now = _time.GetUtcNow();
        if (alert.Until <= now) throw new RaiseException("The alert would be over already.");
        OpenAlert open;
        lock (_lock)
        {
            _open.TryGetValue(fingerprint, out OpenAlert? known);
            if (known is null && _open.Count >= MostOpen) throw new RaiseException($"{MostOpen} alerts are raised already: no more.");
            _open[fingerprint] = open = known is { Ended: null } ? known.Renewed(alert.Annotations, alert.Until) : new OpenAlert(fingerprint, labels, alert.Annotations, alert.Began is { } began && began < now ? began : now, alert.Until);
        }
        return await TellAllAsync(open, replicas, cancellation).ConfigureAwait(false);
    }

    /// <summary>Says that an alert is over.</summary>
    /// <returns>Null: it is not raised.</returns>
    /// <exception cref="RaiseException">There is no Alertmanager.</exception>
    public async Task<RaiseResult?> ResolveAsync(IReadOnlyDictionary<string, string> labels, CancellationToken cancellation = default)
    {
        ImmutableArray<Uri> replicas = Replicas();
        ulong fingerprint = AlertFingerprint.Of(WithHost(labels));
        OpenAlert? open;
        lock (_lock)
        {
            if (!_open.TryGetValue(fingerprint, out open) || open.Ended is not null) return null;
            open.End(_time.GetUtcNow());
        }
        RaiseResult result = await TellAllAsync(open, replicas, cancellation).ConfigureAwait(false);
        Forget(replicas);
        return result;
    }

    private ImmutableArray<Uri> Replicas() => _replicas() is { IsDefaultOrEmpty: false } replicas ? replicas : throw new RaiseException("No Alertmanager is known (alertmanager.urls).");

    private Dictionary<string, string> WithHost(IReadOnlyDictionary<string, string> labels)
    {
        if (!labels.TryGetValue(Name, out string? name) || name.Length == 0) throw new RaiseException($"An alert needs a label {Name}.");
        if (labels.Count > AlertmanagerMessage.MostLabels / 2) throw new RaiseException($"An alert has at most {AlertmanagerMessage.MostLabels / 2} labels.");
        var all = new Dictionary<string, string>(labels, StringComparer.Ordinal);
        foreach ((string label, string value) in _host()) all.TryAdd(label, value);
        foreach (string label in all.Where(static label => label.Value.Length == 0).Select(static label => label.Key).ToArray()) all.Remove(label); // To Alertmanager such a one is none.
        return all;
    }

    private async Task<RaiseResult> TellAllAsync(OpenAlert open, ImmutableArray<Uri> replicas, CancellationToken cancellation)
    {
        string?[] faults = await Task.WhenAll(replicas.Select(replica => TellAsync(replica, [open], cancellation))).ConfigureAwait(false);
        return new RaiseResult(AlertFingerprint.Text(open.Fingerprint), [.. replicas.Zip(faults, static (replica, fault) => new ReplicaAnswer(replica, fault))]);
    }

    /// <returns>Why it did not take them; null if it did.</returns>
    private async Task<string?> TellAsync(Uri replica, OpenAlert[] alerts, CancellationToken cancellation)
    {
        DateTimeOffset now = _time.GetUtcNow();
        bool[] ended;
        byte[] body;
        lock (_lock)
        {
            ended = [.. alerts.Select(static alert => alert.Ended is not null)];
            body = JsonSerializer.SerializeToUtf8Bytes([.. alerts.Select(alert => alert.ToPost(now))], PostableJson.Default.PostableAlertArray);
        }
        string? fault = await PostAsync(replica, body, cancellation).ConfigureAwait(false);
        if (fault is null)
        {
            lock (_lock)
                for (int i = 0; i < alerts.Length; i++) alerts[i].Told(replica, now, ended[i]);
        }
        Sent?.Invoke(replica, fault is null);
        return fault;
    }

    private async Task<string?> PostAsync(Uri replica, byte[] body, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation, _stop.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(replica.AbsoluteUri.TrimEnd('/') + "/" + Path)) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.OK) return null;
            string text = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false));
            return $"it answered {(int)answer.StatusCode}: {(text.Length <= MostShown ? text : text[..MostShown]).Trim()}";
        }
        catch (HttpRequestException e)
        {
            return e.InnerException?.Message ?? e.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return _stop.IsCancellationRequested ? "we end" : $"it did not answer within {Patience.TotalSeconds} s";
        }
    }

    private async Task SendAgainAsync()
    {
        using var timer = new PeriodicTimer(LookInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                ImmutableArray<Uri> replicas = _replicas() is { IsDefault: false } some ? some : [];
                // One that hangs keeps no other waiting for longer than a request may take.
                await Task.WhenAll(replicas.Select(replica => Due(replica) is { Length: > 0 } due ? TellAsync(replica, due, _stop.Token) : Task.FromResult<string?>(null))).ConfigureAwait(false);
                Forget(replicas);
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private OpenAlert[] Due(Uri replica)
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock) return [.. _open.Values.Where(alert => !(alert.Ended is null && now >= alert.Until) && alert.IsDue(replica, now))];
    }

    private void Forget(ImmutableArray<Uri> replicas)
    {
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
            foreach (OpenAlert alert in _open.Values.Where(alert => alert.IsOver(replicas, now)).ToArray()) _open.Remove(alert.Fingerprint);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        _http.Dispose();
        _stop.Dispose();
    }
}
