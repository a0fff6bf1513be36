using System.Text;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcessorSetTests
{
    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.Int[0, 200].Array[1, 40].Sample(numbers =>
        {
            int[] wanted = [.. numbers.Distinct().Order()];
            var parts = new List<string>();
            for (int i = 0, first = 0; i < wanted.Length; i++)
            {
                if (i + 1 < wanted.Length && wanted[i + 1] == wanted[i] + 1) continue;
                parts.Add(first == i ? $"{wanted[i]}" : $"{wanted[first]}-{wanted[i]}");
                first = i + 1;
            }
            Assert.True(ProcessorSet.TryParse(Encoding.UTF8.GetBytes(string.Join(',', parts) + "\n"), out List<int> processors));
            Assert.Equal(wanted, processors);
        }, iter: 2_000);

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("a")]
    [InlineData("1,")]
    [InlineData("3-1")]
    [InlineData("1,1")]
    [InlineData("-1")]
    [InlineData("1 2")]
    [InlineData("0-99999999")]
    public void Another_shape_is_false(string text) => Assert.False(ProcessorSet.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Those_of_this_host_are_as_many_as_the_runtime_says() => Assert.InRange(ProcessorSet.Online().Count, Environment.ProcessorCount, ProcessorSet.Most);
}
