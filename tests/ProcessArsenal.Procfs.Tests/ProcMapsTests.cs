using System.Globalization;
using System.Text;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcMapsTests
{
    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.Select(Gen.ULong[0, 1UL << 56], Gen.ULong[0, 1UL << 56], Gen.ULong, Gen.ULong, Gen.Bool, Gen.OneOf("", "/usr/lib/a b\\012c (deleted)", "[vdso]", "//anon")).Sample((start, length, offset, inode, isExecutable, name) =>
        {
            string line = string.Create(CultureInfo.InvariantCulture, $"{start:x8}-{start + length:x8} r-{(isExecutable ? 'x' : '-')}p {offset:x8} fe:01 {inode} {(name.Length > 0 ? "                 " + name : "")}");
            Assert.True(ProcMaps.TryParse(Encoding.UTF8.GetBytes(line), out MemoryMapping mapping, out bool known));
            Assert.Equal((start, start + length, offset, inode, isExecutable, name), (mapping.Start, mapping.End, mapping.Offset, mapping.Inode, known, Encoding.UTF8.GetString(mapping.Name)));
        }, iter: 2_000);

    [Theory]
    [InlineData("")]
    [InlineData("1000 r-xp 0 00:00 0")]
    [InlineData("2000-1000 r-xp 0 00:00 0")]
    [InlineData("1000-2000 r-x 0 00:00 0")]
    [InlineData("1000-2000 r-xp 0 00:00")]
    [InlineData("1000-2000 r-xp 0 00:00 x")]
    [InlineData("1000-2000 r-xp 0 00:00 7/usr")]
    public void Another_shape_is_false(string line) => Assert.False(ProcMaps.TryParse(Encoding.UTF8.GetBytes(line), out _, out _));

    [Fact]
    public void Reads_our_own()
    {
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.OpenSelf(out ProcessDirectory? self));
        var names = new List<string>();
        using (self) Assert.Equal(ReadOutcome.Ok, self!.ReadMaps((in mapping) => names.Add(Encoding.UTF8.GetString(mapping.Name))));
        Assert.Contains("[vdso]", names);
        Assert.Contains(names, static name => name.Contains("/libc.so", StringComparison.Ordinal));
    }
}
