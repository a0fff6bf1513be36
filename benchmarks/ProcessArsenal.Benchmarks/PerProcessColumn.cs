using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace ProcessArsenal.Benchmarks;

/// <summary>The median divided by the parameter <c>Processes</c>.</summary>
internal sealed class PerProcessColumn : IColumn
{
    public string Id => nameof(PerProcessColumn);
    public string ColumnName => "Per process";
    public string Legend => "Median / Processes, microseconds";
    public bool AlwaysShow => true;
    public ColumnCategory Category => ColumnCategory.Custom;
    public int PriorityInCategory => 0;
    public bool IsNumeric => true;
    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics) return "?";
        int processes = (int)benchmarkCase.Parameters["Processes"];
        return string.Create(CultureInfo.InvariantCulture, $"{statistics.Median / 1000 / processes:F2} us");
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
    public bool IsAvailable(Summary summary) => true;
    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
}
