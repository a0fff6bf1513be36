using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Events;

public sealed class GrowingFileTests : IDisposable
{
    private const byte End = 1;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Gives_no_more_than_may_be_read_and_waits_for_the_rest()
    {
        await File.WriteAllBytesAsync(_file, [10, 11, 12, 13, 14], TestContext.Current.CancellationToken);
        long whole = 2;
        bool isOver = false;
        using var file = new GrowingFile(_file, () => Volatile.Read(ref whole), () => Volatile.Read(ref isOver), TestContext.Current.CancellationToken);
        Assert.Equal([10, 11], Read(file, 100));
        Task<byte[]> next = Task.Run(() => Read(file, 2));
        Assert.False(next.IsCompleted);
        Volatile.Write(ref whole, 5);
        Assert.Equal([12, 13], await next);
        Volatile.Write(ref isOver, true);
        Assert.Equal([14], Read(file, 100)); // What came before the end is not lost.
        Assert.Equal([End], Read(file, 100));
        Assert.Equal([], Read(file, 100));
    }

    [Fact]
    public async Task Who_waits_may_give_up()
    {
        using var cancellation = new CancellationTokenSource();
        using var file = new GrowingFile(_file, () => 0, () => false, cancellation.Token);
        Task<byte[]> next = Task.Run(() => Read(file, 1));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_file_that_has_less_than_it_should_ends_there()
    {
        File.WriteAllBytes(_file, [10]);
        using var file = new GrowingFile(_file, () => 100, () => true, TestContext.Current.CancellationToken);
        Assert.Equal([10], Read(file, 50));
        Assert.Equal([End], Read(file, 50));
        Assert.Equal([], Read(file, 50));
    }

    private static byte[] Read(GrowingFile file, int most)
    {
        byte[] buffer = new byte[most];
        return buffer[..file.Read(buffer, 0, most)];
    }
}
