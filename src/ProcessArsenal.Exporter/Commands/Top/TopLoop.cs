using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>Waits for a key, a sample, another size or the end, and draws.</summary>
internal sealed class TopLoop(TopTicker ticker, TerminalDevice device, TerminalSession session, TopScreen screen, CancellationToken cancellation) : IDisposable
{
    /// <summary>How long what begins like a sequence of a key waits for its rest: terminals send it in one piece, networks may not.</summary>
    private const int SequenceMilliseconds = 25;

    private readonly Listing _listing = new();
    private readonly List<Key> _keys = [];
    private readonly byte[] _input = new byte[1024];
    private int _pending;
    private TopSample? _sample;
    private (int, int) _size;

    /// <param name="iterations">Ends after so many samples; 0 is never.</param>
    public void Run(TopState state, int iterations)
    {
        int shown = 0;
        bool isDrawn = false;
        while (!state.Quit && !cancellation.IsCancellationRequested)
        {
            if ((_sample is null || !state.Paused) && ticker.Take() is { } sample)
            {
                _sample?.Dispose();
                _sample = sample;
                shown++;
                isDrawn = false;
            }
            if (!isDrawn || session.IsStale || session.Size != _size) state = Draw(state);
            isDrawn = true;
            if (iterations > 0 && shown >= iterations) return;
            if (ReadKeys() is not { } pressed) return;
            if (!pressed) continue;
            foreach (Key key in _keys) state = TopKeys.Press(state, key, _listing.Count, screen.Page);
            ticker.Interval = state.Interval;
            isDrawn = false;
        }
    }

    public void Dispose() => _sample?.Dispose();

    private TopState Draw(TopState state)
    {
        if (_sample is null) return state;
        _size = session.Size;
        Snapshot snapshot = _sample.Snapshot;
        _listing.Build(snapshot.Processes, state);
        state = screen.Draw(snapshot.Processes, _sample.Host, snapshot.RecentExits, _listing, state, _size.Item1, _size.Item2);
        session.Paint(screen.Frame);
        return state;
    }

    /// <returns>Whether keys were pressed; null if the terminal is gone.</returns>
    private bool? ReadKeys()
    {
        _keys.Clear();
        int read = device.Wait(_input.AsSpan(_pending), _pending > 0 ? SequenceMilliseconds : -1);
        if (read < 0) return null;
        if (read == 0 && _pending == 0) return false;
        int length = _pending + read;
        bool isAll = read == 0 || length == _input.Length;
        int used = KeyDecoder.Decode(_input.AsSpan(0, length), isAll, _keys);
        _input.AsSpan(used, length - used).CopyTo(_input);
        _pending = length - used;
        return _keys.Count > 0;
    }
}
