using System.Globalization;
using System.IO.Compression;
using System.Text;
using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.Tracing.Native;
using ProcessArsenal.Telemetry.Tracing.Native.Symbols;
using ProcessArsenal.Telemetry.Tracing.Native.Unwinding;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Native;

/// <summary>What targets can write, whatever they write: nothing throws, hangs, or takes memory without a bound.</summary>
public sealed class NativePropertyTests
{
    private static readonly byte[] Library = File.ReadAllBytes("/proc/self/exe");

    private static readonly byte[] Fde = [0, 0, 0, 0, 16, 0, 0, 0, 0, 0x41, 0x0e, 0x10, 0x86, 2, 0x43, 0x0d, 6, 0x0a, 0x0b, 0x0f, 3, 0x77, 8, 6];

    private static readonly byte[] Cie = [1, (byte)'z', (byte)'R', 0, 1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1, 0, 0];

    [Fact]
    public void A_file_of_the_linker()
    {
        // Its head and its tables, with some bytes changed: their offsets and lengths above all.
        int size = Math.Min(Library.Length, 1 << 20);
        Gen.Select(Gen.Int[0, 4096], Gen.Byte).Array[1, 12].Sample(changes =>
        {
            byte[] bytes = Library.AsSpan(0, size).ToArray();
            foreach ((int at, byte value) in changes) bytes[at < 2048 ? at % 64 : at % size] = value;
            if (ElfFile.Parse(new ByteSource(bytes)) is not { } file) return;
            _ = file.NamesOf([0, 1, 4096, ulong.MaxValue]);
            _ = file.ToAddress(ulong.MaxValue);
            if (FrameTable.Of(file) is not { } table) return;
            for (int i = 0; i < Math.Min(table.Count, 20); i++) _ = table.At(i);
            foreach (ulong address in (ulong[])[0, 0x1000, 0x7fff_ffff, ulong.MaxValue]) _ = table.Find(address);
        }, iter: 300);
    }

    [Fact]
    public void Unwinding_rules()
    {
        Assert.NotNull(CallFrameInformation.Parse(Fde, 0x1000, Cie, 0x2000));
        Gen.Select(Mutations(Fde), Mutations(Cie)).Sample((fde, cie) =>
        {
            if (CallFrameInformation.Parse(fde, 0x1000, cie, 0x2000) is not { } rows) return;
            Assert.InRange(rows.Rows.Count, 1, 20_001);
            _ = rows.At(rows.Start);
        }, iter: 20_000);
    }

    [Fact]
    public void Expressions() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.ULong.Array[17], Gen.Byte.Array[0, 64]).Sample((code, registers, stack) =>
            DwarfExpression.TryEvaluate(code, registers, new StackMemory(registers[7], stack), registers[0], out _) || true, iter: 20_000);

    [Fact]
    public void Lines_of_a_perf_map() =>
        Gen.OneOf(Mutations("7f00 10 name of it\n7f10 8 other\n"u8.ToArray()), Gen.Byte.Array[0, 200]).Sample(text =>
        {
            foreach ((ulong address, string name) in PerfMap.NamesOf(new ByteSource(text), [0x7f00, 0x7f08, 0x7f10, 0x7f17, 0x7f18])) Assert.True(address >= 0x7f00 && name.Length is > 0 and < 8192);
        }, iter: 5_000);

    [Fact]
    public void A_line_of_a_perf_map_comes_back() =>
        Gen.Select(Gen.ULong[1, 1UL << 47], Gen.ULong[1, 1UL << 20], Gen.String[Gen.Char['!', '~'], 1, 60], Gen.Bool).Sample((start, size, name, isLong) =>
        {
            string text = string.Create(CultureInfo.InvariantCulture, $"{(isLong ? "0x" : "")}{start:x} {size:x} {name}\n");
            Dictionary<ulong, string> names = PerfMap.NamesOf(new ByteSource(Encoding.UTF8.GetBytes(text)), [start - 1, start, start + size]);
            Assert.Equal([new KeyValuePair<ulong, string>(start, name)], names);
        }, iter: 2_000);

    [Fact]
    public void Names_that_compilers_make()
    {
        string[] seeds = ["_RNvNtCs1234_7mycrate3foo3bar", "_RINvNtC3std3mem8align_ofdE", "_RNvYNtC1a1bNtB2_1c1d", "_ZN7seventy4burn7seventy17h07c00cb2bedfdbf6E", "_ZNK3foo3BarIiLi3EE2goERKiPSt6vectorISsSaISsEE", "_ZN12_GLOBAL__N_16hiddenEv", "_ZZ4mainENKUlvE_clEv"];
        Gen.Select(Gen.OneOf(seeds), Gen.Select(Gen.Int[0, 60], Gen.Char['$', 'z']).Array[0, 6]).Sample((seed, changes) =>
        {
            char[] name = seed.ToCharArray();
            foreach ((int at, char value) in changes) name[at % name.Length] = value;
            Assert.InRange(Demangled.Of(new string(name)).Length, 1, 100_000);
        }, iter: 20_000);
    }

    [Fact]
    public void A_stored_profile()
    {
        byte[] packed = Packed("""{"began":"2026-01-01T00:00:00+00:00","duration":1,"interval":0.001,"pid":1,"samples":1,"notes":[],"methods":["a"],"stacks":[{"thread":1,"frames":[0],"count":1}]}""");
        Assert.NotNull(NativeProfile.Read(new MemoryStream(packed)));
        foreach (string wrong in (string[])["\"frames\":[1]", "\"frames\":[-1]", "\"frames\":null"])
            Assert.Null(NativeProfile.Read(new MemoryStream(Packed($$"""{"began":"2026-01-01T00:00:00+00:00","duration":1,"interval":0.001,"pid":1,"samples":1,"notes":[],"methods":["a"],"stacks":[{"thread":1,{{wrong}},"count":1}]}"""))));
        Mutations(packed).Sample(bytes =>
        {
            try
            {
                _ = NativeProfile.Read(new MemoryStream(bytes))?.ToStacks().Seconds();
            }
            catch (Exception e) when (e is InvalidDataException or System.Text.Json.JsonException)
            {
                // As it says.
            }
        }, iter: 5_000);
        // What is packed may unpack to anything.
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("{\"notes\":[\""u8);
            byte[] blanks = new byte[1 << 20];
            blanks.AsSpan().Fill((byte)' ');
            for (int i = 0; i < 300; i++) gzip.Write(blanks);
        }
        bomb.Position = 0;
        Assert.Throws<InvalidDataException>(() => NativeProfile.Read(bomb));
    }

    [Fact]
    public void Which_symbol_an_address_is_in() =>
        Gen.Select(Gen.Select(Gen.ULong[0, 300], Gen.ULong[0, 20]).Array[0, 40], Gen.ULong[0, 330].Array[1, 30]).Sample((symbols, addresses) =>
        {
            ulong[] wanted = [.. addresses.Distinct().Order()];
            var nearest = new NearestBelow(wanted);
            for (int i = 0; i < symbols.Length; i++) nearest.Add(symbols[i].Item1, symbols[i].Item2, 0, i);
            Dictionary<ulong, long> found = nearest.Found().ToDictionary(static pair => pair.Address, static pair => pair.Token);
            foreach (ulong address in wanted)
            {
                ulong? within = symbols.Where(symbol => symbol.Item1 <= address && address - symbol.Item1 < symbol.Item2).Select(static symbol => (ulong?)symbol.Item1).Max();
                ulong? below = symbols.Where(symbol => symbol.Item2 == 0 && symbol.Item1 <= address).Select(static symbol => (ulong?)symbol.Item1).Max();
                Assert.Equal(within ?? below, found.TryGetValue(address, out long token) ? symbols[token].Item1 : null);
            }
        }, iter: 3_000);

    [Fact]
    public void Symbols_that_are_everywhere_keep_nobody_busy()
    {
        var nearest = new NearestBelow([.. Enumerable.Range(1, 100_000).Select(static at => (ulong)at * 16)]);
        long began = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < 300_000; i++) nearest.Add(0, ulong.MaxValue, i, i); // Thirty thousand million looks, if they were all taken.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Equal(100_000, nearest.Found().Count());
    }

    [Fact]
    public void Names_are_read_once_and_no_more_than_there_is_room_for()
    {
        int read = 0;
        string name = new('x', 4096);
        var names = new NameReader(token =>
        {
            read++;
            return token == 1 ? null : name;
        });
        for (int i = 0; i < 3; i++) Assert.Equal((name, null), (names.Of(0), names.Of(1)));
        Assert.Equal(2, read);
        int known = Enumerable.Range(2, 20_000).Count(token => names.Of(token) is not null);
        Assert.InRange(known, 1000, NameReader.MostCharacters / 4096);
        Assert.Equal(name, names.Of(2));
    }

    [Fact]
    public void What_a_runtime_calls_its_methods_is_cut_and_those_that_are_everywhere_keep_nobody_busy()
    {
        var methods = new MethodTable();
        var kind = new EventMetadata("Microsoft-Windows-DotNETRuntime", 143, "", 0x10, 2, 5, []);
        string space = new('S', 5_000);
        for (int i = 0; i < 2_000; i++) methods.Take(new NetTraceEvent(kind, 0, 1, MethodLoad((ulong)i, uint.MaxValue, space, $"M{i}", "void ()")), null);
        Dictionary<ulong, string> names = methods.NamesOf([.. Enumerable.Range(1, 100_000).Select(static at => (ulong)at)]);
        Assert.Equal(100_000, names.Count);
        Assert.Equal(new string('S', 400) + "...", names[7]); // Of several that it is in the nearest.
        Assert.Equal(0, methods.Dropped);
    }

    private static byte[] MethodLoad(ulong start, uint size, string space, string name, string signature)
    {
        using var payload = new MemoryStream();
        using var writer = new BinaryWriter(payload, Encoding.Unicode);
        writer.Write(1L);
        writer.Write(2L);
        writer.Write(start);
        writer.Write(size);
        writer.Write(3);
        writer.Write(4);
        foreach (string text in (string[])[space, name, signature]) writer.Write(Encoding.Unicode.GetBytes(text + '\0'));
        return payload.ToArray();
    }

    [Fact]
    public void The_row_of_an_address_is_the_last_that_begins_before_it() =>
        Gen.Select(Gen.ULong[0, 30].Array[0, 12], Gen.ULong[0, 32]).Sample((starts, address) =>
        {
            Array.Sort(starts);
            var rows = new FrameRows(0, 40, [.. starts.Select(static (start, place) => new UnwindRow(start, new UnwindRule(UnwindRuleKind.Register, 7, place), []))], [], false);
            int expected = Array.FindLastIndex(starts, start => start <= address);
            Assert.Equal(expected, rows.At(address)?.Frame.Value ?? -1);
        }, iter: 3_000);

    [Fact]
    public void Unwinding_rules_have_so_much_room_whoever_makes_them()
    {
        var room = new UnwindRoom();
        Assert.True(room.TryTakeIndex(UnwindRoom.MostIndexBytes));
        Assert.False(room.TryTakeIndex(1));
        Assert.False(new UnwindRoom().TryTakeIndex(ulong.MaxValue));
        room.Take(new FrameRows(0, 1, [new UnwindRow(0, default, [])], [new byte[1 << 20]], false));
        Assert.InRange(room.Rows, 8_000, 9_000); // A long expression takes as much as many rows.
        Assert.False(room.IsFull);
        for (int i = 0; i < 30; i++) room.Take(new FrameRows(0, 1, [], [new byte[1 << 20]], false));
        Assert.True(room.IsFull);
    }

    [Fact]
    public void Stacks_are_counted_by_thread_and_frames() =>
        Gen.Select(Gen.Int[1, 3], Gen.ULong[0, 2].Array[0, 4]).Array[0, 200].Sample(samples =>
        {
            var table = new StackTable();
            foreach ((int thread, ulong[] frames) in samples) table.Add(thread, frames);
            var counts = new Dictionary<string, long>();
            for (int i = 0; i < table.Count; i++)
            {
                string key = string.Join(' ', table.Read(i, out int thread, out long weight).ToArray());
                counts.Add($"{thread}: {key}", weight);
            }
            Assert.Equal(samples.GroupBy(static sample => $"{sample.Item1}: {string.Join(' ', sample.Item2)}").ToDictionary(static group => group.Key, static group => (long)group.Count()), counts);
            Assert.Equal((samples.Length, 0), (table.Total, table.Dropped));
        }, iter: 1_000);

    private static Gen<byte[]> Mutations(byte[] seed) => Gen.Select(Gen.Select(Gen.Int[0, 1 << 16], Gen.Byte).Array[0, 6], Gen.Int[0, seed.Length]).Select((changes, cut) =>
    {
        byte[] bytes = (byte[])seed.Clone();
        foreach ((int at, byte value) in changes) bytes[at % bytes.Length] = value;
        return changes.Length > 3 ? bytes[..cut] : bytes;
    });

    private static byte[] Packed(string json)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(json));
        return stream.ToArray();
    }
}
