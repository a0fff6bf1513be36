using System.Globalization;
using System.IO.Compression;
using System.Text;
using CsCheck;
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
