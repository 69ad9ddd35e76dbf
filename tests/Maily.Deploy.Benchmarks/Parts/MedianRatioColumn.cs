using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Maily.Deploy.Benchmarks.Parts;

/// <summary>The median against the other tool's median: on a machine with other work, means are ruled by a few outliers.</summary>
sealed class MedianRatioColumn : IColumn
{
    public string Id => nameof(MedianRatioColumn);

    public string ColumnName => "Median ratio";

    public string Legend => "Median against the median of the other tool; below 1 is faster than it";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        var other = summary.BenchmarksCases.FirstOrDefault(item => item.Descriptor.Baseline && item.Descriptor.Type == benchmarkCase.Descriptor.Type);
        return MedianOf(summary, benchmarkCase) / MedianOf(summary, other) is { } ratio ? $"{ratio:0.00}" : "?";
    }

    static double? MedianOf(Summary summary, BenchmarkCase? benchmarkCase) =>
        benchmarkCase is null ? null : summary[benchmarkCase]?.ResultStatistics?.Median;
}
