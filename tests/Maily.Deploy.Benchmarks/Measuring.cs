using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Maily.Deploy.Benchmarks.Parts;

namespace Maily.Deploy.Benchmarks;

/// <summary>How all benchmarks run: in this process, one call after another, all in one table with the ratio to the other tool.</summary>
static class Measuring
{
    public static IConfig Config() => ManualConfig.CreateEmpty()
        .AddLogger(ConsoleLogger.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddColumn(StatisticColumn.Median, new MedianRatioColumn())
        .HideColumns("Namespace", "Type", "Error", "Ratio", "RatioSD", "Alloc Ratio", "Job", "Toolchain", "InvocationCount", "IterationCount", "RunStrategy", "UnrollFactor", "WarmupCount", "Gen0", "Gen1", "Gen2")
        .AddExporter(MarkdownExporter.GitHub)
        .AddFilter(new NeedsFilter(ConsoleLogger.Default))
        .WithArtifactsPath(Repository.Path("artifacts", "benchmarks"))
        .WithOptions(ConfigOptions.JoinSummary);
}

/// <summary>Measures each call by itself that many times, after one that does not count.</summary>
[AttributeUsage(AttributeTargets.Class)]
sealed class CallsAttribute(int count) : JobConfigBaseAttribute(new Job()
    .WithToolchain(new InProcessEmitToolchain(timeout: TimeSpan.FromMinutes(30), logOutput: true))
    .WithStrategy(RunStrategy.Monitoring)
    .WithWarmupCount(1)
    .WithIterationCount(count)
    .WithInvocationCount(1)
    .WithUnrollFactor(1));
