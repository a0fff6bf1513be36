using System.Runtime.ExceptionServices;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>Samples at intervals on a thread of its own, so that keys are answered at once, whatever the kernel takes to answer us.</summary>
internal sealed class TopTicker : IDisposable
{
    private readonly TopSampler _sampler;
    private readonly TimeProvider _time;
    private readonly Action _changed;
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _poke = new(false);
    private readonly Thread _thread;
    private TimeSpan _interval;
    private TopSample? _latest;
    private Exception? _error;
    private volatile bool _stop;

    /// <param name="changed">Called for each new sample, on the ticker's thread.</param>
    public TopTicker(TopSampler sampler, TimeSpan interval, TimeProvider time, Action changed)
    {
        _sampler = sampler;
        _interval = interval;
        _time = time;
        _changed = changed;
        _thread = new Thread(Run) { IsBackground = true, Name = "top sampler" };
        _thread.Start();
    }

    public TimeSpan Interval
    {
        get
        {
            lock (_lock) return _interval;
        }
        set
        {
            lock (_lock)
            {
                if (_interval == value) return;
                _interval = value;
            }
            _poke.Set();
        }
    }

    /// <summary>The latest sample that was not taken yet; null if there is no new one. It is the caller's to give back.</summary>
    /// <exception cref="IOException">Sampling failed.</exception>
    public TopSample? Take()
    {
        lock (_lock)
        {
            if (_error is { } error) ExceptionDispatchInfo.Throw(error);
            TopSample? latest = _latest;
            _latest = null;
            return latest;
        }
    }

    public void Dispose()
    {
        _stop = true;
        _poke.Set();
        _thread.Join();
        _latest?.Dispose();
        _poke.Dispose();
    }

    private void Run()
    {
        try
        {
            _sampler.Sample().Dispose(); // No rates yet.
            Wait(_time.GetTimestamp(), isFirst: true);
            while (!_stop)
            {
                long began = _time.GetTimestamp();
                Publish(_sampler.Sample());
                Wait(began, isFirst: false);
            }
        }
        catch (Exception e)
        {
            lock (_lock) _error = e; // The loop tells of it, when the terminal is given back.
            _changed();
        }
    }

    private void Publish(TopSample sample)
    {
        lock (_lock)
        {
            _latest?.Dispose();
            _latest = sample;
        }
        _changed();
    }

    /// <summary>Until the next sample is due, by the interval that holds at the end of the wait.</summary>
    private void Wait(long began, bool isFirst)
    {
        while (!_stop)
        {
            TimeSpan left = (isFirst ? TopSampler.FirstInterval : Interval) - _time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || !_poke.WaitOne(left)) return;
        }
    }
}
