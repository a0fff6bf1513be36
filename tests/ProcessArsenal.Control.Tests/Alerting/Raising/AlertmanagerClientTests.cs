using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Alerting.Raising;

public sealed class AlertmanagerClientTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Labels = new() { ["alertname"] = "A" }, Texts = [];

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly Replica _first = new(), _second = new();
    private AlertmanagerClient _client = null!;

    private DateTimeOffset Now => _time.GetUtcNow();

    public ValueTask InitializeAsync()
    {
        ImmutableArray<Uri> replicas = [_first.Address, _second.Address];
        _client = new AlertmanagerClient(() => replicas, () => new Dictionary<string, string> { ["instance"] = "web-1", ["empty"] = "" }, _time);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    private Task<RaiseResult> RaiseAsync(Dictionary<string, string>? labels = null, int minutes = 60) => _client.RaiseAsync(new RaisedAlert(labels ?? Labels, Texts, Now.AddMinutes(minutes)));

    [Fact]
    public async Task It_is_said_again_before_it_would_be_over_and_its_end_is_said_once()
    {
        Assert.True((await RaiseAsync()).IsTaken);
        Assert.Equal((Now, Now.AddMinutes(4)), (_first.Last.GetProperty("startsAt").GetDateTimeOffset(), _first.Last.GetProperty("endsAt").GetDateTimeOffset()));
        Assert.Equal("""{"alertname":"A","instance":"web-1"}""", _first.Last.GetProperty("labels").ToString());
        await Eventually.True("it is said again", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return _first.Count > 2 && _second.Count > 2;
        });
        Assert.Equal(1, _client.Open);
        DateTimeOffset ended = Now;
        Assert.True((await _client.ResolveAsync(Labels, TestContext.Current.CancellationToken))!.IsTaken);
        Assert.Equal(ended, _second.Last.GetProperty("endsAt").GetDateTimeOffset());
        Assert.Equal(0, _client.Open);
        Assert.Null(await _client.ResolveAsync(Labels, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_replica_that_was_away_is_told_later()
    {
        _second.Status = 503;
        RaiseResult raised = await RaiseAsync();
        Assert.True(raised.IsTaken);
        Assert.Equal([null, "it answered 503: not now"], raised.Replicas.Select(replica => replica.Fault));
        _second.Status = 200;
        int before = _second.Count;
        await Eventually.True("it is told", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _second.Count > before;
        });
        _second.Status = 503;
        await _client.ResolveAsync(Labels, TestContext.Current.CancellationToken);
        Assert.Equal(1, _client.Open); // One does not know yet that it is over.
        await Eventually.True("it is given up once the replica no longer believes in it", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return _client.Open == 0;
        });
    }

    [Fact]
    public async Task One_that_hangs_is_waited_for_for_some_seconds()
    {
        _second.Hangs = true;
        Task<RaiseResult> raising = RaiseAsync();
        await Eventually.True("it is given up", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return raising.IsCompleted;
        });
        Assert.Equal([null, "it did not answer within 5 s"], (await raising).Replicas.Select(replica => replica.Fault));
    }

    [Fact]
    public async Task It_is_over_by_itself_at_its_time_and_there_are_not_too_many()
    {
        await RaiseAsync(minutes: 2);
        Assert.Equal(Now.AddMinutes(2), _first.Last.GetProperty("endsAt").GetDateTimeOffset());
        for (int i = 1; i < AlertmanagerClient.MostOpen; i++) await RaiseAsync(new Dictionary<string, string> { ["alertname"] = $"A{i}" }, minutes: 2);
        await Assert.ThrowsAsync<RaiseException>(() => RaiseAsync(new Dictionary<string, string> { ["alertname"] = "more" }));
        await RaiseAsync(minutes: 3); // One that is known is no more.
        await Eventually.True("they are over", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return _client.Open == 0;
        });
        await Assert.ThrowsAsync<RaiseException>(() => RaiseAsync(new Dictionary<string, string> { ["group"] = "nameless" }));
        await Assert.ThrowsAsync<RaiseException>(() => RaiseAsync(minutes: 0));
    }

    /// <summary>A replica that fails as it is told to.</summary>
    private sealed class Replica : IAsyncDisposable
    {
        private readonly System.Net.HttpListener _listener = new();
        private readonly TaskCompletionSource _end = new();
        private readonly Task _serving;

        public Replica()
        {
            for (int attempt = 0; ; attempt++)
            {
                Address = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 30_000)}/prefix/");
                _listener.Prefixes.Clear();
                _listener.Prefixes.Add(Address.ToString());
                try
                {
                    _listener.Start();
                    break;
                }
                catch (System.Net.HttpListenerException) when (attempt < 20)
                {
                }
            }
            _serving = Task.Run(ServeAsync);
        }

        public Uri Address { get; }

        public volatile int Status = 200;

        public volatile bool Hangs;

        public volatile int Count;

        /// <summary>The first alert of the last request.</summary>
        public JsonElement Last { get; private set; }

        public async ValueTask DisposeAsync()
        {
            _end.TrySetResult();
            _listener.Stop();
            await _serving;
            _listener.Close();
        }

        private async Task ServeAsync()
        {
            while (true)
            {
                try
                {
                    System.Net.HttpListenerContext context = await _listener.GetContextAsync();
                    Assert.Equal("/prefix/api/v2/alerts", context.Request.Url!.AbsolutePath);
                    if (Hangs) await _end.Task;
                    using JsonDocument body = await JsonDocument.ParseAsync(context.Request.InputStream);
                    Last = body.RootElement[0].Clone();
                    Count++;
                    context.Response.StatusCode = Status;
                    await context.Response.OutputStream.WriteAsync(Status == 200 ? ReadOnlyMemory<byte>.Empty : "not now"u8.ToArray());
                    context.Response.Close();
                }
                catch (Exception e) when (e is System.Net.HttpListenerException or InvalidOperationException or IOException or JsonException) // Also if it was stopped before it is asked again.
                {
                    if (_end.Task.IsCompleted) return;
                }
            }
        }
    }
}
