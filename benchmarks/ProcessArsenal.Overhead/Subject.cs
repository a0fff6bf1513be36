namespace ProcessArsenal.Overhead;

/// <summary>A web program that is measured, the request that it is sent, and what was measured so far.</summary>
internal sealed class Subject : IAsyncDisposable
{
    private readonly WebProcess _web;
    private readonly Load _load;
    private readonly int _requests;

    private Subject(string name, WebProcess web, Load load, int requests)
    {
        (Name, _web, _load, _requests) = (name, web, load, requests);
    }

    public string Name { get; }

    public int Pid => _web.Pid;

    /// <summary>Requests of a batch.</summary>
    public int Requests => _requests;

    public LogRatios All { get; } = new();

    /// <summary>Those during which others were quiet.</summary>
    public LogRatios Quiet { get; } = new();

    public static async Task<Subject> Start(string name, string program, string route, int requests, int connections)
    {
        WebProcess web = await WebProcess.Start(program);
        return new Subject(name, web, new Load(web.Port, route, connections), requests);
    }

    /// <summary>Requests that are not measured: what they run is compiled afterwards, and what it is made of known.</summary>
    public void RunWarm(int batches) => _load.Send(_requests * batches);

    /// <summary>Requests since <see cref="BeginCount"/>.</summary>
    public long Sent { get; private set; }

    public void BeginCount() => Sent = 0;

    /// <summary>Requests a second of the last batch.</summary>
    public double Throughput { get; private set; }

    /// <summary>Sends a batch: microseconds of CPU of the program for a request.</summary>
    public double Batch()
    {
        _load.Send(_requests / 10); // What waits from the change is over.
        long began = _web.CpuNanoseconds(), at = TimeProvider.System.GetTimestamp();
        _load.Send(_requests);
        Throughput = _requests / TimeProvider.System.GetElapsedTime(at).TotalSeconds;
        Sent += _requests / 10 + _requests;
        return (_web.CpuNanoseconds() - began) / 1000.0 / _requests;
    }

    public async ValueTask DisposeAsync()
    {
        _load.Dispose();
        await _web.DisposeAsync();
    }
}
