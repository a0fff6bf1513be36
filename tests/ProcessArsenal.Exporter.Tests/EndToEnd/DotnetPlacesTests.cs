using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>.NET processes wherever they are: of another user, in namespaces of their own, with their temporary files elsewhere, behind a closed door,
/// or where another was before.</summary>
[Collection(EndToEndTests.Name)]
public sealed class DotnetPlacesTests
{
    private const string Configuration = "sampling: { interval: 1s }\ndotnet: { meters: [Shop.Orders] }\n";

    private const int Attempts = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task In_namespaces_and_folders_and_of_users_of_its_own_each_is_counted_exactly()
    {
        Assert.SkipUnless(Signals.IsRoot, "Namespaces, and processes of other users, take root.");
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        string elsewhere = scratch.MakeFolderForAll("elsewhere"), inside = scratch.MakeFolderForAll("inside");
        await using ShopTarget nobodys = await ShopTarget.Start(null, AsChild(Users.AsNobody));
        await using ShopTarget moved = await ShopTarget.Start(Environment("TMPDIR", elsewhere));
        await using ShopTarget contained = await ShopTarget.Start(
            Environment("TMPDIR", inside),
            "unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", $"mount -t tmpfs none {inside} && exec \"$@\"", "sh");
        Assert.Single(Directory.GetFiles(elsewhere, "dotnet-diagnostic-*"));
        Assert.Equal((0, 1), (Directory.GetFiles(inside).Length, (await contained.Report()).Pid));
        ShopTarget[] all = [nobodys, moved, contained];
        await exporter.PageWhere("their meters", page => all.All(shop => page.Where("shop_shelf", shop.Label).Any()), Patience);
        for (int i = 0; i < all.Length; i++) await all[i].Do($"order {10 + i} Eile");
        await exporter.PageWhere(
            "their orders", page => all.Index().All(shop => page.Value("shop_orders_total", shop.Item.Label) == 10 + shop.Index), Patience);
    }

    [Fact]
    public async Task An_ordinary_user_listens_to_its_own_and_is_told_why_not_to_those_of_others()
    {
        Assert.SkipUnless(Signals.IsRoot, "A process of another user takes root.");
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration, Users.AsNobody);
        await using ShopTarget foreign = await ShopTarget.Start();
        await using ShopTarget own = await ShopTarget.Start(null, AsChild(Users.AsNobody));
        MetricsPage page = await exporter.PageWhere(
            "both", p => p.Where("shop_shelf", own.Label).Any() && p.Where("arsenal_dotnet_session_state", foreign.Label).Any(), Patience);
        Series state = Assert.Single(page.Where("arsenal_dotnet_session_state", foreign.Label));
        Assert.Equal(("denied", "needs same user, root, or CAP_SYS_PTRACE and CAP_DAC_OVERRIDE", 0), (state["state"], state["reason"], state.Value));
        Assert.Empty(page.Where("dotnet_process_memory_working_set_bytes", foreign.Label));
        Assert.NotEmpty(page.Where("process_info", foreign.Label));
    }

    /// <summary>What the systemd unit gives us is enough for each of them.</summary>
    [Fact]
    public async Task As_the_service_that_is_shipped_it_listens_to_those_of_all_users()
    {
        Assert.SkipUnless(Signals.IsRoot, "Capabilities, and processes of other users, take root.");
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration, Users.AsService);
        await using ShopTarget roots = await ShopTarget.Start();
        await using ShopTarget nobodys = await ShopTarget.Start(null, AsChild(Users.AsNobody));
        ShopTarget[] all = [roots, nobodys];
        await exporter.PageWhere("their meters", page => all.All(shop => page.Where("shop_shelf", shop.Label).Any()), Patience);
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task Who_does_not_want_to_be_looked_into_has_all_but_that(string framework)
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration + "watch: ['name = \"dotnet\" or name = \"Shop\"']\n");
        await using ShopTarget closed = await ShopTarget.StartOn(framework, Environment("DOTNET_EnableDiagnostics", "0"));
        await using ShopTarget open = await ShopTarget.Start(); // Younger: when it is listened to, the other was looked at.
        MetricsPage later = await exporter.PageWhere(
            "both", page => page.Where("shop_shelf", open.Label).Any() && page.Where("arsenal_dotnet_session_state", closed.Label).Any(), Patience);
        Series state = Assert.Single(later.Where("arsenal_dotnet_session_state", closed.Label));
        Assert.Equal(("disabled", "start it without DOTNET_EnableDiagnostics=0 in its environment", 0), (state["state"], state["reason"], state.Value));
        Assert.DoesNotContain(later.All, series => "pid=" + series["pid"] == closed.Label && series.Name.StartsWith("dotnet_", StringComparison.Ordinal));
        Assert.True(later.Value("process_memory_usage_bytes", closed.Label) > 1 << 20);
        Assert.Equal(1, later.Value("arsenal_dotnet_session_state", open.Label, "state=attached"));
    }

    [Fact]
    public async Task One_that_begins_with_the_pid_of_another_has_nothing_of_it()
    {
        Assert.SkipUnless(Signals.IsRoot, "To choose a pid takes root.");
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, Configuration);
        ShopTarget first = await ShopTarget.Start();
        string old;
        await using (first)
        {
            await exporter.PageWhere("its meters", page => page.Where("shop_shelf", first.Label).Any(), Patience);
            await first.Do("order 1000 Altona");
            MetricsPage page = await exporter.PageWhere("its orders", p => p.Value("shop_orders_total", first.Label) == 1000, Patience);
            old = Assert.Single(page.Where("process_info", first.Label))["identity"]!;
        }
        await using ShopTarget? second = await StartAs(first.Pid);
        Assert.SkipWhen(second is null, $"The pid was not given again within {Attempts} attempts: this machine starts too many processes.");
        await exporter.PageWhere("its meters", page => IsPure(page, second) && page.Where("shop_shelf", second.Label).Any(), Patience);
        await second.Do("order 7 Barmbek");
        await exporter.PageWhere("its orders", page => IsPure(page, second) && page.Value("shop_orders_total", second.Label) == 7, Patience);
        MetricsPage last = await exporter.PageOfLaterTick();
        Assert.True(IsPure(last, second));
        Assert.Equal((7, 7), (last.Value("shop_orders_total", second.Label), last.Value("shop_taken_total", second.Label)));
        Assert.Equal(7, last.Value("shop_order_duration_seconds_count", second.Label));
        Assert.All(last.Where("shop_orders_total", second.Label), series => Assert.Equal("Barmbek", series["city"]));

        // Each page is of one of the two, and what has the old one's identity has nothing of the new one.
        bool IsPure(MetricsPage page, ShopTarget shop)
        {
            string[] identities = [.. page.All.Where(s => "pid=" + s["pid"] == shop.Label).Select(s => s["identity"]!).Distinct()];
            Assert.InRange(identities.Length, 0, 1);
            Assert.All(page.Where("shop_orders_total", shop.Label), s => Assert.Equal(s["city"] == "Altona", s["identity"] == old));
            return identities is [string identity] && identity != old;
        }
    }

    /// <summary>A shop whose pid was that of another before; null if others were faster each time.</summary>
    private static async Task<ShopTarget?> StartAs(int pid)
    {
        // The shell asks for the pid and forks at once. What fails to ask starts the shop all the same.
        string line = string.Create(CultureInfo.InvariantCulture, $"echo {pid - 1} 2>/dev/null >/proc/sys/kernel/ns_last_pid; \"$@\"; exit");
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            ShopTarget shop = await ShopTarget.Start(null, "sh", "-c", line, "sh");
            if (shop.Pid == pid) return shop;
            await shop.DisposeAsync();
        }
        return null;
    }

    /// <summary>A program that becomes another, as the child of a shell.</summary>
    private static string[] AsChild(string[] prefix) => ["sh", "-c", "\"$@\"; exit", "sh", .. prefix];

    private static Dictionary<string, string> Environment(string name, string value) => new() { [name] = value };
}
