namespace ProcessArsenal.Telemetry.Tests.Analysis.Trends;

/// <summary>What the memory of a process does.</summary>
public enum SeriesKind
{
    /// <summary>0.5 to 5 MB a minute, from some time in the first half hour on.</summary>
    Leak,

    /// <summary>60 MB in 7 minutes, then given back.</summary>
    Sawtooth,

    /// <summary>80 MB at some time.</summary>
    Step,

    /// <summary>20 to 200 MB, with a time constant of 1 to 10 minutes; half of them from the beginning on, half from some time in the first hour.</summary>
    WarmUp,

    Noise,

    /// <summary>Both.</summary>
    LeakUnderSawtooth,

    /// <summary>1 MB a minute, from some time in the first half hour on.</summary>
    LeakOfOne,

    /// <summary>The same from the beginning on, when nothing is known of before.</summary>
    LeakOfOneAtOnce,

    /// <summary>What can't be told from a leak for some time: 5 to 20 MB.</summary>
    SmallWarmUp,

    /// <summary>Three steps of 30 MB.</summary>
    Stairs,

    /// <summary>60 MB in 40 minutes.</summary>
    SlowSawtooth,

    /// <summary>Steps of 150 kB up or down at each tick.</summary>
    RandomWalk,

    /// <summary>A sawtooth of 7 minutes whose teeth grow from 30 to 90 MB.</summary>
    GrowingTeeth,

    /// <summary>100 MB for a minute, again and again.</summary>
    Spikes,

    /// <summary>80 MB at once, and 20 minutes later a leak of 2 MB a minute.</summary>
    StepThenLeak,
}

/// <summary>A made-up series: 200 MB and noise of 2 MB (standard deviation) that half forgets in half a minute (autoregressive, 0.9 from one tick to the
/// next, so that each adds 0.87 MB), 5 s apart.</summary>
internal sealed class SyntheticSeries
{
    public const double Seconds = 5, Deviation = 2, Memory = 0.9, MB = 1e6;

    private readonly Random _random;
    private readonly Func<double, double> _shape;
    private double _noise;
    private double _walk;
    private int _tick;

    public SyntheticSeries(SeriesKind kind, int seed)
    {
        _random = new Random(seed);
        _shape = Shape(kind);
        _noise = Deviation * Normal();
    }

    /// <summary>When a leak begins, seconds; null if there is none.</summary>
    public double? Onset { get; private set; }

    /// <summary>The next value, bytes.</summary>
    public double Next()
    {
        double value = 200 + _noise + _shape(_tick++ * Seconds);
        _noise = Memory * _noise + Deviation * Math.Sqrt(1 - Memory * Memory) * Normal();
        return Math.Max(0, value * MB);
    }

    private Func<double, double> Shape(SeriesKind kind)
    {
        double phase = Between(0, 1);
        switch (kind)
        {
            case SeriesKind.Leak: return Leak(Between(0.5, 5), Between(0, 1800));
            case SeriesKind.Sawtooth: return Tooth(60, 420, phase);
            case SeriesKind.Step: return Step(80, Between(0, 7200));
            case SeriesKind.WarmUp: return WarmUp(Between(20, 200));
            case SeriesKind.Noise: return _ => 0;
            case SeriesKind.LeakUnderSawtooth:
                {
                    Func<double, double> leak = Leak(Between(0.5, 5), Between(0, 1800)), tooth = Tooth(60, 420, phase);
                    return t => leak(t) + tooth(t);
                }
            case SeriesKind.LeakOfOne: return Leak(1, Between(0, 1800));
            case SeriesKind.LeakOfOneAtOnce: return Leak(1, 0);
            case SeriesKind.SmallWarmUp: return WarmUp(Between(5, 20));
            case SeriesKind.Stairs:
                {
                    Func<double, double> a = Step(30, Between(0, 7200)), b = Step(30, Between(0, 7200)), c = Step(30, Between(0, 7200));
                    return t => a(t) + b(t) + c(t);
                }
            case SeriesKind.SlowSawtooth: return Tooth(60, 2400, phase);
            case SeriesKind.RandomWalk: return _ => _walk += 0.15 * Normal();
            case SeriesKind.GrowingTeeth: return t => (30 + 60 * Math.Min(1, t / 5400)) * ((t / 420 + phase) % 1);
            case SeriesKind.Spikes: return t => (t / 1500 + phase) % 1 < 0.04 ? 100 : 0;
            case SeriesKind.StepThenLeak:
                {
                    double at = Between(600, 2400);
                    Func<double, double> step = Step(80, at), leak = Leak(2, at + 1200);
                    return t => step(t) + leak(t);
                }
            default: throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }

    private Func<double, double> Leak(double perMinute, double onset)
    {
        Onset = onset;
        return t => perMinute / 60 * Math.Max(0, t - onset);
    }

    private static Func<double, double> Tooth(double height, double seconds, double phase) => t => height * ((t / seconds + phase) % 1);

    private static Func<double, double> Step(double height, double at) => t => t >= at ? height : 0;

    private Func<double, double> WarmUp(double height)
    {
        double constant = Between(60, 600), onset = _random.Next(2) == 0 ? 0 : Between(0, 3600);
        return t => t < onset ? 0 : height * (1 - Math.Exp(-(t - onset) / constant));
    }

    private double Between(double least, double most) => least + (most - least) * _random.NextDouble();

    /// <summary>Box and Muller.</summary>
    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
