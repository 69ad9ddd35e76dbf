using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Kubernetes.Waves;

/// <summary>The steps of a stage over all regions: a wave side by side, its bake time, then the next wave.</summary>
sealed class RegionWaves(string stage, ImmutableArray<RegionSpec> regions, ClusterSettings settings, FindRollout find)
{
    /// <summary>The regions wave by wave.</summary>
    public IEnumerable<RegionSpec> Ordered => regions.OrderBy(region => region.Wave).ThenBy(region => region.Name, StringComparer.Ordinal);

    /// <summary>The id of a region's step.</summary>
    public StepId IdOf(RegionSpec region) => new(stage, region.Name);

    /// <summary>What a region's step comes after: all steps of lower waves.</summary>
    public ImmutableArray<StepId> Before(RegionSpec region) =>
    [
        .. regions.Where(former => former.Wave < region.Wave).OrderBy(former => former.Name, StringComparer.Ordinal).Select(IdOf),
        .. Bakes().Where(bake => bake.Wave < region.Wave).Select(bake => bake.Step.Id),
    ];

    /// <summary>The steps of the stage in an order that keeps every edge.</summary>
    public ImmutableArray<Step> With(IReadOnlyDictionary<string, Step> regionSteps)
    {
        var bakes = Bakes().ToLookup(bake => bake.Wave, bake => bake.Step);
        return [.. Ordered.GroupBy(region => region.Wave).SelectMany(wave => wave.Select(region => regionSteps[region.Name]).Concat(bakes[wave.Key]))];
    }

    // What the last wave runs is watched by nobody but the smoke tests: nothing waits for it.
    IEnumerable<(int Wave, Step Step)> Bakes()
    {
        var waves = Ordered.GroupBy(region => region.Wave).ToArray();
        foreach (var (wave, next) in waves.Zip(waves.Skip(1)))
            if (wave.Max(region => region.BakeTime) is var declared && declared > TimeSpan.Zero && (settings.BakeTime ?? declared) is var time && time > TimeSpan.Zero)
                yield return (wave.Key, new BakeStep([.. wave], settings, find, time)
                {
                    Id = new StepId(stage, $"bake-{wave.Key}"), After = [.. wave.Select(IdOf)],
                    Title = $"watch {Names(wave)} for {Say(time)} before {Names(next)}",
                });
    }

    static string Names(IEnumerable<RegionSpec> wave) => string.Join(", ", wave.Select(region => region.Name));

    static string Say(TimeSpan time) => time.TotalMinutes >= 2 ? $"{time.TotalMinutes:0.#} minutes" : $"{time.TotalSeconds:0.#} seconds";
}
