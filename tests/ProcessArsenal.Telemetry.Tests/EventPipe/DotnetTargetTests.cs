using System.Diagnostics;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>A target over the life of a real process.</summary>
public sealed class DotnetTargetTests
{
    private static readonly DotnetOptions Options = new() { Interval = TimeSpan.FromSeconds(1), Meters = ["System.Runtime", "Shop.Orders"] };

    [Fact]
    public async Task One_that_has_just_begun_is_read_within_three_seconds()
    {
        long began = TimeProvider.System.GetTimestamp();
        using Process process = ShopTarget.Launch();
        (ProcessDirectory directory, _, _) = ShopTarget.Look(process.Id);
        await using var target = new DotnetTarget(directory, Options, TimeProvider.System);
        await Until("a session", target, t => t.State == DotnetTargetState.Attached);
        TimeSpan attached = TimeProvider.System.GetElapsedTime(began);
        await Until("meters", target, t => t.Read(readings => readings.SeriesCount) > 0);
        TimeSpan read = TimeProvider.System.GetElapsedTime(began);
        TestContext.Current.TestOutputHelper!.WriteLine($"attached after {attached.TotalSeconds:F2} s, first values after {read.TotalSeconds:F2} s");
        process.StandardInput.Close();
        Assert.InRange(read, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task One_that_is_no_NET_process_is_let_alone()
    {
        using var cat = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        (ProcessDirectory directory, _, _) = ShopTarget.Look(cat.Id);
        await using var target = new DotnetTarget(directory, Options, TimeProvider.System);
        await target.Finished.WaitAsync(DotnetTarget.Looks.Aggregate((a, b) => a + b) + TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Equal((DotnetTargetState.None, null, 0), (target.State, target.Reason, target.Sessions));
        cat.StandardInput.Close();
    }

    [Fact]
    public async Task One_that_was_killed_tells_nothing_any_more()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        await using var target = new DotnetTarget(shop.Look().Directory, Options, TimeProvider.System);
        await Until("meters", target, t => t.Read(readings => readings.SeriesCount) > 0);
        shop.Signal("KILL");
        await Until("its end", target, t => t.State != DotnetTargetState.Attached);
        Assert.NotNull(target.Reason);
    }

    [Fact]
    public async Task One_that_was_stopped_is_read_when_it_goes_on()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        await shop.Stop();
        await using var target = new DotnetTarget(shop.Look().Directory, Options, TimeProvider.System);
        await Until("an answer that does not come", target, t => t.State == DotnetTargetState.Unreachable);
        Assert.Contains("stopped", target.Reason, StringComparison.Ordinal);
        shop.Signal("CONT");
        await Until("a session", target, t => t.State == DotnetTargetState.Attached);
        await Until("meters", target, t => t.Read(readings => readings.SeriesCount) > 0);
    }

    [Fact]
    public async Task Letting_go_of_one_takes_no_longer_than_asking_it()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        var target = new DotnetTarget(shop.Look().Directory, Options, TimeProvider.System);
        await Until("meters", target, t => t.Read(readings => readings.SeriesCount) > 0);
        await shop.Stop();
        long began = TimeProvider.System.GetTimestamp();
        await target.DisposeAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TargetSession.Patience * 2);
    }

    /// <summary>As the configuration says that it may, and where.</summary>
    [Theory]
    [InlineData("net10.0", "Shop.*")]
    [InlineData("net10.0", "*")]
    [InlineData("net9.0", "Sh*")]
    public async Task The_name_of_a_meter_may_end_with_a_star(string framework, string meter)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        await using var target = new DotnetTarget(shop.Look().Directory, new DotnetOptions { Meters = [meter] }, TimeProvider.System);
        await Until("its meter", target, t => t.Read(readings => readings.Series.Any(series => series.Meter == "Shop.Orders")));
    }

    private static Task Until(string what, DotnetTarget target, Func<DotnetTarget, bool> condition) =>
        Eventually.True(what, () => condition(target), () => $"It is {target.State}: {target.Reason}");
}
