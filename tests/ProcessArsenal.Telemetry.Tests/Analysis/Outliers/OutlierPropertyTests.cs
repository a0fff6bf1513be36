using CsCheck;
using ProcessArsenal.Telemetry.Analysis.Outliers;

namespace ProcessArsenal.Telemetry.Tests.Analysis.Outliers;

public sealed class OutlierPropertyTests
{
    private static readonly Gen<OutlierSignal> Signals = Gen.Int[0, OutlierSignal.All.Count - 1].Select(i => OutlierSignal.All[i]);

    private static readonly Gen<double> Hostile = Gen.OneOf(Gen.Double[0, 1e9], Gen.Double, Gen.Const(0.0), Gen.Const(double.NaN), Gen.Const(double.MaxValue));

    private static List<Outlier> Find(double[] values, OutlierSignal signal)
    {
        var found = new List<Outlier>();
        OutlierDetector.AmongEquals(values, signal, found);
        return found;
    }

    private static double Deviations(double[] values, double value, double floor) => Robust.Of(values, new double[values.Length]).Deviations(value, floor);

    /// <summary>Whole numbers, and powers of two, so that nothing is rounded.</summary>
    [Fact]
    public void Neither_what_all_have_in_common_nor_the_unit_matters() =>
        Gen.Select(Gen.Int[0, 1_000_000].Array[1, 50], Gen.Int[0, 1_000_000], Gen.Int[-1_000_000, 1_000_000], Gen.Int[-10, 10], Gen.Int[1, 1000])
            .Sample((values, value, shift, power, floor) =>
            {
                double plain = Deviations([.. values.Select(v => (double)v)], value, floor);
                Assert.Equal(plain, Deviations([.. values.Select(v => (double)v + shift)], value + shift, floor));
                Assert.Equal(plain, Deviations([.. values.Select(v => Math.ScaleB(v, power))], Math.ScaleB(value, power), Math.ScaleB(floor, power)));
                Assert.Equal(-plain, Deviations([.. values.Select(v => -(double)v)], -value, floor));
            });

    [Fact]
    public void Nobody_is_out_among_equals() =>
        Gen.Select(Signals, Gen.Double[0, 1e12], Gen.Double[-0.03, 0.03].Array[5, 100]).Sample((signal, value, noise) =>
        {
            Assert.Empty(Find([.. noise.Select(_ => value)], signal));
            Assert.Empty(Find([.. noise.Select(n => value * (1 + n))], signal)); // 6 % apart at most.
            Assert.Empty(Find([.. noise.Select(n => Math.Abs(n) / 0.03 * signal.Floor * 0.99)], signal)); // Less than anybody would look for.
        });

    [Fact]
    public void One_that_is_far_out_is_found_wherever_it_stands_and_nobody_else() =>
        Gen.Select(Signals, Gen.Double[0, 1e9], Gen.Double[-0.05, 0.05].Array[5, 100], Gen.Double[1.5, 100], Gen.Int[0, 99], Gen.Bool)
            .Sample((signal, value, noise, times, place, isAbove) =>
            {
                double[] values = [.. noise.Select(n => value * (1 + n))];
                double distance = (signal.Floor + value) * times;
                values[place %= values.Length] = isAbove ? value + distance : value - distance;
                Outlier outlier = Assert.Single(Find(values, signal));
                Assert.Equal((place, isAbove, signal, values.Length), (outlier.Index, outlier.IsAbove, outlier.Signal, outlier.Members));
                Assert.Contains("MADs " + (isAbove ? "above" : "below"), outlier.Reason, StringComparison.Ordinal);
            });

    [Fact]
    public void Order_does_not_matter() => Gen.Select(Signals, Hostile.Array[0, 60], Gen.Int).Sample((signal, values, seed) =>
    {
        double[] other = [.. values];
        new Random(seed).Shuffle(other);
        Assert.Equal(Find(values, signal).Select(o => o.Value).Order(), Find(other, signal).Select(o => o.Value).Order());
    });

    [Fact]
    public void Whatever_comes_fewer_than_half_are_out_and_what_is_unknown_never_is() => Gen.Select(Signals, Hostile.Array[0, 60]).Sample((signal, values) =>
    {
        List<Outlier> found = Find(values, signal);
        int known = values.Count(double.IsFinite);
        Assert.True(known < OutlierDetector.LeastMembers ? found.Count == 0 : found.Count * 2 < known + 1, $"{found.Count} of {known}");
        Assert.All(found, outlier => Assert.True(double.IsFinite(values[outlier.Index]) && outlier.Reason.Length > 0));
        if (values.Length > 0) OutlierDetector.AgainstPast(values[0], values, signal);
    });

    [Fact]
    public void Members_that_come_and_go_change_nothing_for_the_others() =>
        Gen.Select(Gen.Double[100, 101].Array[6, 40], Gen.Int[0, 39]).Sample((values, gone) =>
        {
            double[] members = [.. values, 1000];
            members[gone % values.Length] = double.NaN;
            Assert.Equal(values.Length, Assert.Single(Find(members, OutlierSignal.Descriptors)).Index);
        });
}
