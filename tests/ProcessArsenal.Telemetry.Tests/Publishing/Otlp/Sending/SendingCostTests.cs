using System.Globalization;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Sending;

/// <summary>What it costs to be away and to come back. Figures go to the output of the test; the bounds here are far above them.</summary>
[Collection(Alone.Name)]
public sealed class SendingCostTests(ITestOutputHelper output)
{
    /// <summary>What the spool adds to each request where all is well: a file is written, read and removed.</summary>
    [Theory]
    [InlineData(5_000)]
    [InlineData(220_000)]
    public void The_way_through_the_spool_is_short(int size)
    {
        string directory = Directory.CreateTempSubdirectory("spool-").FullName;
        using (var spool = new Spool(directory, 1 << 30, 1 << 20, (_, _, _) => { }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance))
        {
            byte[] body = new byte[size], buffer = [];
            const int Count = 1000;
            long start = 0, allocated = 0;
            for (int i = -Count; i < Count; i++)
            {
                if (i == 0) (start, allocated) = (TimeProvider.System.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
                spool.Add(body, 1, gzip: false);
                SpoolEntry entry = spool.Take()!;
                Assert.Equal(SpoolRead.Whole, spool.Read(entry, ref buffer, out _));
                spool.Remove(entry);
            }
            double microseconds = TimeProvider.System.GetElapsedTime(start).TotalMicroseconds / Count;
            allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Count;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size} bytes through the spool: {microseconds:0} us, {allocated} bytes allocated"));
            Assert.True(microseconds < 20_000 && allocated < 20_000);
        }
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>An hour without a receiver, and a spool of 200 MiB that is full since long: memory stays as it is, and all of it arrives soon.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_full_spool_costs_no_memory_and_is_soon_sent(bool grpc)
    {
        byte[] random = new byte[220_000]; // as much as 1,000 processes are, compressed
        new Random(1).NextBytes(random);
        int port;
        await using (TestReceiver once = await TestReceiver.Start(grpc)) port = once.Address.Port;
        var endpoint = new OtlpEndpoint
        {
            Address = new Uri($"http://127.0.0.1:{port}"),
            Protocol = grpc ? OtlpProtocol.Grpc : OtlpProtocol.HttpProtobuf,
            Gzip = false,
            Timeout = TimeSpan.FromMinutes(10),
        };
        await using var sender = new SenderFixture(endpoint, change: options => options with { MetricsShare = 0 });
        for (int i = 0; i < 100; i++) sender.Sender.Enqueue(OtlpSignal.Traces, random, 1);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long start = TimeProvider.System.GetTimestamp();
        const int Count = 1400;
        for (int i = 0; i < Count; i++) sender.Sender.Enqueue(OtlpSignal.Traces, random, 1);
        double microseconds = TimeProvider.System.GetElapsedTime(start).TotalMicroseconds / Count;
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(sender.Waiting.Bytes, 190 << 20, 200 << 20);
        long waiting = sender.Waiting.Requests;
        Assert.Equal(1500 - waiting, sender.Dropped(DropReason.SpoolFull));
        start = TimeProvider.System.GetTimestamp();
        await using TestReceiver receiver = await TestReceiver.Start(grpc, port);
        receiver.Forgets = true;
        await sender.Idle();
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"grpc {grpc}: {microseconds:0} us to add 220 kB; {grown} bytes more after {Count} of them; {waiting} requests ({waiting * random.Length >> 20} MiB) sent in {seconds:0.00} s"));
        Assert.Equal(waiting, sender.Sent);
        Assert.True(grown < 4 << 20, $"{grown} bytes");
        Assert.True(seconds < 20, $"{seconds} s");
    }
}
