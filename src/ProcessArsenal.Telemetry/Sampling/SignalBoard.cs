using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Which signals can be read here. A signal is available until a process is met whose value we are refused; that is logged once.</summary>
internal sealed class SignalBoard
{
    private readonly Dictionary<string, SignalStatus> _signals = [];
    private SignalStatus[]? _list;

    /// <summary>Raised once for each signal that turns out to be unavailable.</summary>
    public Action<SignalStatus>? Lost { get; set; }

    public void Declare(string name)
    {
        if (_signals.TryAdd(name, new SignalStatus(name, true, ""))) _list = null;
    }

    public void Refuse(string name, string reason)
    {
        if (_signals.TryGetValue(name, out SignalStatus? known) && !known.Available) return;
        var status = new SignalStatus(name, false, reason);
        _signals[name] = status;
        _list = null;
        Lost?.Invoke(status);
    }

    public bool IsAvailable(string name) => !_signals.TryGetValue(name, out SignalStatus? status) || status.Available;

    /// <summary>All of them by name. The same array until something changes.</summary>
    public IReadOnlyList<SignalStatus> List => _list ??= [.. _signals.Values.OrderBy(status => status.Name, StringComparer.Ordinal)];
}
