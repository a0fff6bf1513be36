namespace ProcessArsenal.Control.Alerting.Raising;

/// <summary>An alert that is to be up for as long as something is so.</summary>
/// <param name="Labels">By which it is known.</param>
/// <param name="Since">Since when it is so.</param>
public sealed record StandingAlert(IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations, DateTimeOffset Since)
{
    /// <param name="what">Label that says what has given up: policy, supervisor.</param>
    /// <param name="command">What sets it back, when it is made right.</param>
    public static StandingAlert Of(string name, string what, string who, DateTimeOffset since, string summary, string why, string command) => new(
        AlertTexts.Labels(("alertname", name), ("severity", "critical"), (OwnAlerts.Label, OwnAlerts.Value), (what, who)),
        AlertTexts.Annotations(("summary", summary), ("reason", why), ("when_that_is_made_right", command)), since);

    /// <summary>The same for the same.</summary>
    internal string Key => string.Join('\n', Labels.OrderBy(static label => label.Key, StringComparer.Ordinal).Select(static label => $"{label.Key}={label.Value}"));
}

/// <summary>Raises alerts for what is so, says again that they go on, and resolves them when it is so no more. It goes by how things stand, not by what happens: so an end of ours, a new configuration, or an
/// Alertmanager that was away, need nothing of their own.</summary>
/// <param name="wanted">What is so now. Must not throw.</param>
public sealed class StandingAlerts(AlertmanagerClient client, Func<IReadOnlyList<StandingAlert>> wanted, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How far ahead it is said that one goes on, and how soon again. If we hang, it ends.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(30), Again = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, (StandingAlert Alert, DateTimeOffset Said)> _up = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private Task _looking = Task.CompletedTask;
    private int _isOver;

    /// <summary>Told what can't be raised. Must not throw.</summary>
    public Action<string>? Trouble { get; init; }

    /// <summary>Looks from now on.</summary>
    public void Start() => _looking = Task.Run(LookAsync);

    /// <summary>Compares what is so with what is said, once.</summary>
    internal async Task LookOnceAsync()
    {
        if (!client.IsConfigured)
        {
            _up.Clear(); // Whoever had them is not ours any more; they end by themselves.
            return;
        }
        DateTimeOffset now = time.GetUtcNow();
        Dictionary<string, StandingAlert> wantedNow = [];
        foreach (StandingAlert alert in wanted()) wantedNow.TryAdd(alert.Key, alert);
        foreach ((string key, StandingAlert alert) in wantedNow)
        {
            bool isSaid = _up.TryGetValue(key, out (StandingAlert Alert, DateTimeOffset Said) up) && up.Alert.Since == alert.Since && now - up.Said < Again && now >= up.Said;
            if (isSaid || !await TryAsync(async () => await client.RaiseAsync(new RaisedAlert(alert.Labels, alert.Annotations, now + Ahead) { Began = alert.Since }, _stop.Token).ConfigureAwait(false)).ConfigureAwait(false)) continue;
            _up[key] = (alert, now);
        }
        foreach ((string key, (StandingAlert alert, _)) in _up.Where(one => !wantedNow.ContainsKey(one.Key)).ToList())
        {
            await TryAsync(async () => await client.ResolveAsync(alert.Labels, _stop.Token).ConfigureAwait(false)).ConfigureAwait(false);
            _up.Remove(key); // The client says it to those that were away.
        }
    }

    /// <summary>Looks no more. What is up is so still: it is not resolved, and the next run takes it up.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _isOver) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _looking.ConfigureAwait(false);
        if (Interlocked.Exchange(ref _isOver, 1) == 0) _stop.Dispose();
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do await LookOnceAsync().ConfigureAwait(false);
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    /// <returns>False: it is to be tried again.</returns>
    private async Task<bool> TryAsync(Func<Task<RaiseResult?>> tell)
    {
        try
        {
            if (await tell().ConfigureAwait(false) is { IsTaken: false } result) Trouble?.Invoke(string.Join("; ", result.Replicas.Select(static replica => $"{replica.Replica.AbsoluteUri.TrimEnd('/')}: {replica.Fault}")));
            return true; // The client goes on by itself.
        }
        catch (RaiseException e)
        {
            Trouble?.Invoke(e.Message);
            return false;
        }
    }
}
