using System.Globalization;

namespace ProcessArsenal.Telemetry.Analysis.Outliers;

/// <summary>A value that is far from where it should be.</summary>
public readonly record struct Outlier
{
    /// <summary>Which of those that were asked about; 0 of a process against its own past.</summary>
    public int Index { get; init; }

    public OutlierSignal Signal { get; init; }

    public double Value { get; init; }

    /// <summary>Of its equals, itself included; or of its past.</summary>
    public double Median { get; init; }

    /// <summary>How many MADs it is above the median; below zero if it is below. The MAD may have been taken for more than it is: see
    /// <see cref="OutlierSignal.LeastMadOfMedian"/>.</summary>
    public double Deviations { get; init; }

    /// <summary>Members that were compared; 0 of a process against its own past.</summary>
    public int Members { get; init; }

    /// <summary>Which way.</summary>
    public bool IsAbove => Deviations > 0;

    /// <summary>In words, with figures. Made when asked for.</summary>
    public string Reason
    {
        get
        {
            string from = Members > 0 ? Text($"the median of the {Members} members of its group") : "its own median of the last hour";
            return Text($"{Signal.Name} {Figure(Value)} is {Math.Abs(Deviations):0.#} MADs {(IsAbove ? "above" : "below")} {from}, {Figure(Median)}");
        }
    }

    private string Figure(double value) => Signal.History.Unit switch
    {
        "bytes" => Text($"{value / 1048576:0.#} MiB"),
        "bytes per second" => Text($"{value / 1048576:0.##} MiB/s"),
        "cores" => Text($"{value:0.##} cores"),
        "seconds per second" => Text($"{value:0.###} s/s"),
        _ => Text($"{value:0.#}"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
