using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.SmokeTests;

/// <summary>SmokeTest: one step for each probe, side by side; none changes anything.</summary>
public sealed class SmokeTestStage(SmokeTestOptions options) : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "SmokeTest";

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [];

    /// <inheritdoc/>
    public Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var texts = new ProbeTexts(options.Variables, context);
        var runner = new ProbeRunner(options);
        return Task.FromResult<ImmutableArray<Step>>([.. options.Probes.Where(probe => IsThere(probe, context)).OrderBy(probe => probe.Name, StringComparer.Ordinal).Select(probe => StepOf(probe, texts, runner))]);
    }

    static bool IsThere(ProbeSpec probe, DeploymentContext context)
    {
        var isThere = probe.Of is not { } stage || !context.Skipped.Contains(stage) || WasLive(stage, context.Live);
        if (!isThere)
            context.Log.LogInformation("{Probe}: not probed, {Stage} is skipped and nothing of it is live yet", probe.Name, probe.Of);
        return isThere;
    }

    static bool WasLive(string stage, ReleaseRecord? live) => stage switch
    {
        "DeployVercel" => live?.VercelDeployment is not null,
        "DeployK8s" => live?.Manifests.Count > 0,
        "Migrate" => live?.Migrations.Length > 0,
        _ => live is not null,
    };

    static Step StepOf(ProbeSpec probe, ProbeTexts texts, ProbeRunner runner) =>
        new ProbeStep(Resolve(probe, texts), runner) { Id = new StepId(Name, probe.Name), Title = $"probe {probe.Name}" };

    static ProbeSpec Resolve(ProbeSpec probe, ProbeTexts texts) => probe switch
    {
        HttpProbe http => http with
        {
            Url = texts.Resolve(http.Url),
            Text = http.Text is { } text ? texts.Resolve(text) : null,
            Json = Resolve(http.Json, texts),
            Headers = Resolve(http.Headers, texts),
        },
        SqlProbe sql => sql with { Expected = texts.Resolve(sql.Expected) },
        _ => probe,
    };

    static ImmutableSortedDictionary<string, string> Resolve(ImmutableSortedDictionary<string, string> pairs, ProbeTexts texts) =>
        pairs.ToImmutableSortedDictionary(pair => pair.Key, pair => texts.Resolve(pair.Value), pairs.KeyComparer);
}
