using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Sending;

public sealed class SpoolTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("spool-").FullName;
    private readonly ListLogger _log = new();
    private readonly long[] _dropped = new long[DropReasons.Texts.Length];
    private byte[] _buffer = [];

    private string Place => Path.Join(_root, "a", "traces");

    private string[] Files => [.. Directory.GetFiles(Place).Where(file => Path.GetFileName(file) != "lock").Order(StringComparer.Ordinal)];

    private Spool Open(long onDisk = 1 << 20, long inMemory = 1 << 20, string? path = "", TimeProvider? time = null) =>
        new(path?.Length == 0 ? Place : path, onDisk, inMemory, (reason, items, _) => _dropped[(int)reason] += items, time ?? TimeProvider.System, _log);

    private long Dropped(DropReason reason) => _dropped[(int)reason];

    /// <summary>All that waits, oldest first, as the first byte of each.</summary>
    private List<int> Drain(Spool spool)
    {
        var found = new List<int>();
        while (spool.Take() is { } entry)
        {
            found.Add(spool.Read(entry, ref _buffer, out _) == SpoolRead.Whole ? _buffer[0] : -1);
            spool.Remove(entry);
        }
        return found;
    }

    private static void Add(Spool spool, params byte[] numbers)
    {
        foreach (byte number in numbers) spool.Add([number, 1, 2, 3], items: 10, gzip: false);
    }

    /// <summary>As where somebody has changed rights: else it would be sent again after a restart.</summary>
    [Fact]
    public async Task What_can_t_be_deleted_when_it_was_sent_is_deleted_later()
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        string first = "";
        await using var sender = new SenderFixture(receiver.Endpoint);
        receiver.Decide = _ =>
        {
            if (first.Length > 0) return Answer.Good;
            first = sender.Files[0];
            File.Delete(first);
            Directory.CreateDirectory(first); // EISDIR, as root may do all else
            return Answer.Good;
        };
        sender.Add("0");
        await sender.Idle();
        await ProcessArsenal.Tests.Eventually.True("it was tried to delete it", () => sender.Sent == 1);
        Directory.Delete(first);
        File.WriteAllText(first, "0");
        sender.Add("1");
        await sender.Idle();
        Assert.False(File.Exists(first));
    }

    [Fact]
    public void A_file_that_is_larger_than_any_of_ours_takes_no_room()
    {
        using (Spool spool = Open()) spool.Add(new byte[1000], 1, gzip: false);
        string ours = Files.Single(), other = ours.Replace("0000000001-", "0000000009-", StringComparison.Ordinal);
        using (FileStream file = File.Create(other)) file.SetLength(3L << 30);
        using Spool again = Open();
        Assert.Equal((1, 0), (again.State.Requests, _dropped.Sum()));
        Assert.Equal([ours, other], Files);
    }

    [Fact]
    public async Task A_pipe_in_place_of_a_file_holds_nobody_up()
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc: false);
        bool isAway = true;
        receiver.Decide = _ => Volatile.Read(ref isAway) ? Answer.Bad(503, 0) : Answer.Good;
        await using var sender = new SenderFixture(receiver.Endpoint);
        sender.Add("0");
        sender.Add("1");
        await ProcessArsenal.Tests.Eventually.True("it is tried", () => !receiver.Seen.IsEmpty);
        string second = sender.Files[1];
        File.Delete(second);
        using (var make = System.Diagnostics.Process.Start("mkfifo", second)) await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        Volatile.Write(ref isAway, false);
        await sender.Idle();
        Assert.Equal((1, 1), (sender.Sent, sender.Dropped(DropReason.Unreadable)));
        Assert.Empty(sender.Files);
    }

    [Fact]
    public void What_was_added_outlives_us_however_we_end()
    {
        Spool abandoned = Open();
        Add(abandoned, 1, 2, 3);
        string copy = Path.Join(_root, "b");
        Directory.CreateDirectory(copy); // as it is at this instant: nothing was closed or flushed
        foreach (string file in Files) File.Copy(file, Path.Join(copy, Path.GetFileName(file)));
        using Spool next = Open(path: copy);
        Add(next, 4);
        Assert.Equal(new SpoolState(4, 40, 4 * 4096, next.State.Since, 0), next.State);
        Assert.Equal([1, 2, 3, 4], Drain(next));
        abandoned.Dispose();
        using Spool again = Open();
        Assert.Equal([1, 2, 3], Drain(again));
        Assert.Empty(Files);
        Assert.Equal(0, _dropped.Sum());
    }

    [Fact]
    public void It_is_for_our_user_alone()
    {
        using Spool spool = Open();
        Add(spool, 1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Place));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Files)));
    }

    [Fact]
    public void A_link_in_its_place_is_not_followed()
    {
        string target = Directory.CreateDirectory(Path.Join(_root, "target"), (UnixFileMode)0b111_101_101).FullName;
        Directory.CreateDirectory(Path.Join(_root, "a"));
        File.CreateSymbolicLink(Place, target);
        using Spool spool = Open();
        Add(spool, 1);
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(target));
        Assert.Empty(Directory.GetFileSystemEntries(target));
        Assert.Equal(4096, spool.State.BytesInMemory);
        Assert.Contains("it is a link", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_of_another_user_is_not_used()
    {
        Directory.CreateDirectory(Place);
        Assert.SkipUnless(Run("chown", "65534", Place), "only root may give a file away");
        using Spool spool = Open();
        Add(spool, 1);
        Assert.Equal(4096, spool.State.BytesInMemory);
        Assert.Contains("it is of another user (uid 65534)", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.True(Run("chown", "0", Place));
    }

    [Fact]
    public void What_is_no_request_of_ours_does_no_harm()
    {
        using (Spool spool = Open()) Add(spool, 1, 2, 3, 4, 5);
        string[] files = Files;
        File.WriteAllBytes(files[0], [1]); // cut short
        File.WriteAllBytes(files[1], [2, 0, 0, 0]); // as a file may be after a power failure
        File.WriteAllBytes(files[2], []);
        File.WriteAllText(Path.Join(Place, "README"), "not ours");
        File.WriteAllText(Path.Join(Place, "0000000000000000099-1-zz.otlp"), "not ours");
        Directory.CreateDirectory(Path.Join(Place, "0000000000000000001-1-0123456789abcdef.otlp"));
        File.CreateSymbolicLink(Path.Join(Place, "0000000000000000001-2-0123456789abcdef.otlp"), "/etc/passwd");
        File.WriteAllText(Path.Join(Place, "0000000000000000006-10-0123456789abcdef.otlp.tmp"), "only begun");
        using Spool next = Open();
        File.Delete(files[3]); // while it waits
        Assert.Equal([-1, -1, -1, -1, 5], Drain(next));
        Assert.Equal(["0000000000000000001-2-0123456789abcdef.otlp", "0000000000000000099-1-zz.otlp", "README"], Files.Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("9223372036854775806")]
    [InlineData("1000000000000000001")]
    public void A_foreign_file_does_not_send_our_numbers_to_where_they_overflow(string sequence)
    {
        using (Spool spool = Open()) Add(spool, 1);
        string foreign = Path.GetFileName(Files[0]).Replace("0000000000000000001", sequence, StringComparison.Ordinal);
        File.WriteAllText(Path.Join(Place, foreign), "not ours");
        using (Spool next = Open()) Add(next, 2, 3);
        Assert.Contains(_log.Lines, line => line.StartsWith("1 files in the OTLP spool", StringComparison.Ordinal));
        using Spool last = Open();
        Assert.Equal([1, 2, 3], Drain(last));
        Assert.Equal([foreign], Files.Select(Path.GetFileName));
    }

    [Fact]
    public void Two_exporters_do_not_share_a_directory_and_the_second_takes_it_over()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        Spool first = Open();
        Add(first, 1, 2);
        using Spool second = Open(time: time);
        Assert.Contains("another exporter has it", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Add(second, 3, 4);
        Assert.Equal(2, Files.Length);
        Assert.Equal(2, second.State.Requests);
        first.Dispose();
        time.Advance(TimeSpan.FromMinutes(1));
        Add(second, 5);
        Assert.Equal(5, Files.Length);
        Assert.Equal(0, second.State.BytesInMemory);
        Assert.Equal([1, 2, 3, 4, 5], Drain(second));
        Assert.Contains(_log.Lines, line => line.Contains("is used again", StringComparison.Ordinal));
    }

    [Fact]
    public void Over_its_bound_the_oldest_is_dropped_but_not_what_is_being_sent()
    {
        using Spool spool = Open(onDisk: 3 * 4096);
        Add(spool, 1);
        Assert.NotNull(spool.Take());
        Add(spool, 2, 3, 4, 5);
        Assert.Equal(20, Dropped(DropReason.SpoolFull));
        Assert.Equal(3 * 4096, spool.State.Bytes);
        Assert.Equal(3, Files.Length);
        Assert.Equal([1, 4, 5], Drain(spool));
    }

    /// <summary>A receiver that is well would have taken it a moment later.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_that_is_larger_than_all_the_room_waits_until_another_comes(bool inMemory)
    {
        using Spool spool = Open(onDisk: 2 * 4096, inMemory: 2 * 4096, path: inMemory ? null : "");
        spool.Add([1, .. new byte[20_000]], 10, gzip: false);
        Assert.Equal((1, 0), (spool.State.Requests, _dropped.Sum()));
        spool.Add([2, .. new byte[20_000]], 10, gzip: false);
        Assert.Equal((1, 10), (spool.State.Requests, _dropped.Sum()));
        Assert.Equal([2], Drain(spool));
    }

    [Fact]
    public void A_name_that_tells_of_more_items_than_we_wrote_is_not_believed()
    {
        using (Spool spool = Open()) Add(spool, 1, 2, 3);
        File.Move(Files[0], Files[0].Replace("-10-", "-11-", StringComparison.Ordinal));
        string emptied = Files[1].Replace("-10-", "-5000-", StringComparison.Ordinal); // as after a power failure
        File.Move(Files[1], emptied);
        File.WriteAllBytes(emptied, []);
        using Spool next = Open();
        Assert.Equal((3, 5021), (next.State.Requests, next.State.Items));
        Assert.Equal([-1, -1, 3], Drain(next));
        Assert.Empty(Files);
    }

    [Fact]
    public void What_is_left_for_nobody_is_found()
    {
        using (Spool spool = Open()) Add(spool, 1, 2, 3);
        string spools = Path.GetDirectoryName(Place)!;
        Assert.Equal([(Place, 3)], OtlpLeftovers.In(spools, sending: null));
        var endpoint = new OtlpEndpoint { Address = new Uri("http://127.0.0.1:1") };
        Assert.Equal([(Place, 3)], OtlpLeftovers.In(spools, new OtlpSendingOptions { Metrics = endpoint }));
        Assert.Empty(OtlpLeftovers.In(spools, new OtlpSendingOptions { Traces = endpoint }));
        Assert.Empty(OtlpLeftovers.In("/no/such/place", sending: null));
    }

    [Fact]
    public void A_smaller_bound_counts_at_the_next_start()
    {
        using (Spool spool = Open()) Add(spool, 1, 2, 3, 4);
        using Spool next = Open(onDisk: 2 * 4096);
        Assert.Equal([3, 4], Drain(next));
        Assert.Equal(20, Dropped(DropReason.SpoolFull));
    }

    [Fact]
    public void Without_a_directory_the_same_in_memory()
    {
        using (Spool spool = Open(inMemory: 3 * 4096, path: null))
        {
            Add(spool, 1, 2, 3, 4);
            Assert.Equal(10, Dropped(DropReason.Unwritable));
            Assert.Equal(2, spool.Take() is { } entry && spool.Read(entry, ref _buffer, out _) == SpoolRead.Whole ? _buffer[0] : 0);
        }
        Assert.Equal(30, Dropped(DropReason.Shutdown));
    }

    [Fact]
    public void A_directory_that_was_removed_is_made_again()
    {
        using Spool spool = Open();
        Add(spool, 1);
        Directory.Delete(Place, recursive: true);
        Add(spool, 2);
        Assert.Equal(4096, spool.State.BytesInMemory);
        Add(spool, 3);
        // The complaint is young, so that it is not tried at each request.
        Assert.Equal([-1, 2, 3], Drain(spool));
    }

    /// <summary>A file in the way of the directory is as a disk that can't be written.</summary>
    [Fact]
    public void What_waits_in_memory_goes_to_the_disk_when_it_can()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        File.WriteAllText(Path.Join(_root, "a"), "");
        using (Spool spool = Open(time: time))
        {
            Add(spool, 1, 2);
            Assert.Equal(2 * 4096, spool.State.BytesInMemory);
            File.Delete(Path.Join(_root, "a"));
            time.Advance(TimeSpan.FromSeconds(30));
            Add(spool, 3);
            Assert.Equal(0, spool.State.BytesInMemory);
            Assert.Equal(3, Files.Length);
        }
        using Spool next = Open();
        Assert.Equal([1, 2, 3], Drain(next));
        Assert.Equal(0, _dropped.Sum());
    }

    [Fact]
    public void A_full_disk_costs_no_request_and_heals()
    {
        Directory.CreateDirectory(Place);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", Place), "only root may mount");
        try
        {
            string ballast = Path.Join(Place, "ballast");
            Spool spool = Open();
            Add(spool, 1);
            File.WriteAllBytes(ballast, new byte[40 * 1024]);
            for (byte i = 2; i < 22; i++) spool.Add([i, .. new byte[2000]], 1, gzip: false);
            Assert.InRange(spool.State.BytesInMemory, 4096, 19 * 4096);
            Assert.DoesNotContain(Directory.GetFiles(Place), file => file.EndsWith(".tmp", StringComparison.Ordinal));
            Assert.Single(_log.Lines);
            File.Delete(ballast);
            for (int i = 0; i < 10 && spool.Take() is { } entry; i++)
            {
                Assert.Equal(SpoolRead.Whole, spool.Read(entry, ref _buffer, out _));
                Assert.Equal(i + 1, _buffer[0]);
                spool.Remove(entry);
            }
            Add(spool, 22);
            Assert.Equal(0, spool.State.BytesInMemory);
            spool.Dispose();
            using Spool next = Open();
            Assert.Equal(Enumerable.Range(11, 12), Drain(next));
            Assert.Equal(0, _dropped.Sum());
        }
        finally
        {
            Run("umount", "-l", Place);
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    [Fact]
    public void A_request_too_large_for_anything_is_dropped()
    {
        using Spool spool = Open();
        spool.Add(new byte[Spool.MostRequest + 1], 7, gzip: false);
        Assert.Equal(7, Dropped(DropReason.SpoolFull));
        Assert.Null(spool.Take());
    }

    [Fact]
    public void Halves_take_the_place_of_the_whole_and_never_stand_beside_it()
    {
        Spool spool = Open();
        Add(spool, 1, 9);
        string whole = Files[0];
        byte[] content = File.ReadAllBytes(whole);
        Assert.True(spool.Halve(spool.Take()!, ([2, 0], 4), ([3, 0], 6), gzip: false));
        Assert.True(spool.Halve(spool.Take()!, ([4, 0], 2), ([5, 0], 2), gzip: false));
        Assert.Equal(20, spool.State.Items);
        spool.Dispose();
        using (Spool next = Open()) Assert.Equal(4, next.State.Requests);
        File.WriteAllBytes(whole, content); // as if we had ended before it was removed
        using Spool again = Open();
        Assert.Equal([1, 9], Drain(again));
        Assert.Empty(Files);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
