using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Which signals can be read here. One is unavailable from the moment that a process is met whose value we are refused, which is
/// logged, until no such process was met for <see cref="ForgiveTicks"/> ticks; or, where it is about no process, for as long as its owner says.</summary>
internal sealed class SignalBoard
{
    public const int ForgiveTicks = 60;

    private readonly Dictionary<string, Entry> _signals = [];
    private SignalStatus[]? _list;
    private long _tick;

    /// <summary>Raised for each signal that turns out to be unavailable.</summary>
    public Action<SignalStatus>? Lost { get; set; }

    public void Declare(string name)
    {
        if (_signals.TryAdd(name, new Entry(new SignalStatus(name, true, "")))) _list = null;
    }

    public bool IsAvailable(string name) => !_signals.TryGetValue(name, out Entry? entry) || entry.Status.Available;

    public void BeginTick(long tick) => _tick = tick;

    /// <param name="reason">What it takes, to follow "needs".</param>
    /// <param name="lasting">It will be so for as long as we run.</param>
    public void Refuse(string name, string reason, bool lasting = false)
    {
        if (!_signals.TryGetValue(name, out Entry? entry)) _signals.Add(name, entry = new Entry(new SignalStatus(name, true, "")));
        entry.Refused = lasting ? long.MaxValue : Math.Max(_tick, entry.Refused);
        if (!entry.Status.Available) return;
        entry.Status = new SignalStatus(name, false, reason);
        _list = null;
        Lost?.Invoke(entry.Status);
    }

    /// <summary>How it stands with a signal that is about no process: it is known at each moment, so nothing is forgiven and nothing lingers.</summary>
    /// <param name="needs">What it takes; null if it is available.</param>
    public void Tell(string name, string? needs)
    {
        Declare(name);
        Entry entry = _signals[name];
        entry.Refused = needs is null ? 0 : long.MaxValue;
        if (entry.Status.Reason == (needs ?? "")) return;
        entry.Status = new SignalStatus(name, needs is null, needs ?? "");
        _list = null;
        if (needs is not null) Lost?.Invoke(entry.Status);
    }

    /// <summary>Nobody wants a signal any more: nothing is said of it.</summary>
    public void Withdraw(string name)
    {
        if (_signals.Remove(name)) _list = null;
    }

    /// <summary>Restores what has not been refused for long enough.</summary>
    public void EndTick()
    {
        foreach (Entry entry in _signals.Values)
        {
            if (entry.Status.Available || entry.Refused > _tick - ForgiveTicks) continue;
            entry.Status = new SignalStatus(entry.Status.Name, true, "");
            _list = null;
        }
    }

    /// <summary>All of them by name. The same array until something changes.</summary>
    public IReadOnlyList<SignalStatus> List =>
        _list ??= [.. _signals.Values.Select(entry => entry.Status).OrderBy(status => status.Name, StringComparer.Ordinal)];

    private sealed class Entry(SignalStatus status)
    {
        public SignalStatus Status { get; set; } = status;
        public long Refused { get; set; }
    }
}
