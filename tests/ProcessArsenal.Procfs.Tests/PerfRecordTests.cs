using System.Text;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class PerfRecordTests
{
    [Fact]
    public void A_sample_comes_back_as_the_kernel_lays_it_out() =>
        Gen.Select(Gen.ULong.Array[0, 60], Gen.Byte.Array[0, 64], Gen.Int[0, 3], Gen.ULong).Sample((chain, stack, abi, time) =>
        {
            stack = stack[..(stack.Length & ~7)];
            abi %= 3;
            Assert.True(PerfRecord.TryParse(Sample(7, 8, time, chain, (ulong)abi, stack), hasStack: true, out PerfRecord record));
            Assert.Equal((PerfRecordKind.Sample, 7, 8, time, 0x1234UL), (record.Kind, record.Process, record.Thread, record.Time, record.Address));
            Assert.Equal(chain, record.Chain.ToArray());
            Assert.Equal(abi == 2 ? Enumerable.Range(0, 17).Select(static i => (ulong)i) : [], record.Registers.ToArray());
            Assert.Equal(stack, record.Stack.ToArray());
        }, iter: 2_000);

    [Fact]
    public void Whatever_is_cut_off_it_is_no_sample()
    {
        byte[] whole = Sample(7, 8, 9, [1, 2, 3], 2, new byte[32]);
        for (int length = 0; length < whole.Length; length++) Assert.False(PerfRecord.TryParse(whole.AsSpan(0, length), hasStack: true, out _));
    }

    [Fact]
    public void A_mapping_has_its_file()
    {
        byte[] name = "/usr/lib/a.so\0\0\0"u8.ToArray();
        byte[] body = [.. Words(7 | (8UL << 32), 0x1000, 0x2000, 0x3000, 0, 99, 0, 0), .. name, .. Words(7 | (8UL << 32), 5)];
        Assert.True(PerfRecord.TryParse(Record(10, 2, body), hasStack: true, out PerfRecord record));
        Assert.Equal((PerfRecordKind.Mapping, 7, 0x1000UL, 0x3000UL, 0x3000UL, 99UL, 5UL), (record.Kind, record.Process, record.Mapping.Start, record.Mapping.End, record.Mapping.Offset, record.Mapping.Inode, record.Time));
        Assert.Equal("/usr/lib/a.so", Encoding.UTF8.GetString(record.Mapping.Name));
    }

    [Fact]
    public void The_others_have_what_is_asked_of_them()
    {
        Assert.True(PerfRecord.TryParse(Record(2, 0, Words(1, 42, 7, 5)), true, out PerfRecord lost));
        Assert.Equal((PerfRecordKind.Lost, 42UL, -1), (lost.Kind, lost.Lost, lost.Process));
        Assert.True(PerfRecord.TryParse(Record(14, 1 << 13, Words(7 | (8UL << 32), 5)), true, out PerfRecord left));
        Assert.Equal((PerfRecordKind.Switch, true, 8, 5UL), (left.Kind, left.IsOut, left.Thread, left.Time));
        Assert.True(PerfRecord.TryParse(Record(3, 1 << 13, Words(7 | (8UL << 32), 0, 7 | (8UL << 32), 5)), true, out PerfRecord exec));
        Assert.Equal((PerfRecordKind.Comm, true, 7), (exec.Kind, exec.IsExec, exec.Process));
        Assert.True(PerfRecord.TryParse(Record(77, 0, Words(1)), true, out PerfRecord other));
        Assert.Equal(PerfRecordKind.Other, other.Kind);
    }

    public static byte[] Sample(int process, int thread, ulong time, ulong[] chain, ulong abi, byte[] stack) => Record(9, 2,
    [
        .. Words(0x1234, (uint)process | ((ulong)thread << 32), time, (ulong)chain.Length), .. Words(chain), .. Words(abi),
        .. abi == 0 ? [] : Words([.. Enumerable.Range(0, 17).Select(static i => (ulong)i)]), .. Words((ulong)stack.Length), .. stack, .. stack.Length == 0 ? [] : Words((ulong)stack.Length),
    ]);

    private static byte[] Record(uint type, ushort misc, byte[] body) => [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(misc), .. BitConverter.GetBytes((ushort)(8 + body.Length)), .. body];

    private static byte[] Words(params ulong[] words) => [.. words.SelectMany(BitConverter.GetBytes)];
}
